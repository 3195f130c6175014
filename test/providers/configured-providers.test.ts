import assert from 'node:assert/strict';
import { it } from 'node:test';
import { configuredProviders } from '../../src/providers/index.ts';
import { Secret } from '../../src/secret.ts';

it('serves the providers that are configured, and no others', async () => {
  assert.deepEqual(configuredProviders({}), []);
  const providers = configuredProviders({
    'cal-com-managed': {
      clientId: 'cid',
      clientSecret: new Secret('s'),
      apiUrl: 'http://127.0.0.1:1/v2',
      upstreamTimeoutMs: 100,
      subjectProofs: () => ['proof'],
      now: () => 0,
    },
  });
  assert.deepEqual(
    providers.map(({ name }) => name),
    ['cal-com-managed'],
  );
  for (const provider of providers) await provider[Symbol.asyncDispose]();
});
