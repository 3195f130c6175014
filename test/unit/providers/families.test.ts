import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildProviders, CLIENT_VARIABLES, PROVIDER_VARIABLES, TAKEN_NAMES } from '../../../src/providers/families.ts';
import type { ProviderFamily } from '../../../src/providers/family.ts';
import { FAMILIES } from '../../../src/providers/registry.ts';
import { loadConfig, type Environment } from '../../../src/config/index.ts';
import { UNCONFIGURED } from '../../../src/oauth/outgoing.ts';
import { withKeys } from '../../support/environments.ts';

const families: readonly ProviderFamily[] = FAMILIES;
const dependencies = { upstreamTimeoutMs: 100, now: () => 0, subjectProofs: () => ['proof'], outgoing: UNCONFIGURED };
const RETURN_URLS = { EVERGRANT_RETURN_URLS: 'https://app.example.com/linked' };

/** The providers that an environment configures, by what is shown of them. */
async function built(environment: Environment): Promise<string[]> {
  const { config } = loadConfig(withKeys({ ...RETURN_URLS, ...environment }));
  const providers = await buildProviders(config.providers, dependencies);
  for (const provider of providers) await provider[Symbol.asyncDispose]();
  return providers.map(({ name, title, requestsPerMinute }) => `${name}: ${title}, ${requestsPerMinute}`);
}

const PLATFORM = { CAL_COM_CLIENT_ID: 'platform', CAL_COM_CLIENT_SECRET: 'secret' };
const CRONOFY = { CRONOFY_CLIENT_ID: 'client', CRONOFY_CLIENT_SECRET: 'secret' };

describe('the providers of a configuration', () => {
  it('are those that are configured, in one order, and no others', async () => {
    assert.deepEqual(await built({}), []);
    assert.deepEqual(await built(PLATFORM), ['cal-com-managed: Cal.com, 500']);
    assert.deepEqual(await built({ CAL_COM_OAUTH_CLIENT_ID: 'public' }), ['cal-com: Cal.com, 120']);
    assert.deepEqual(await built({ ...CRONOFY, CAL_COM_OAUTH_CLIENT_ID: 'public', ...PLATFORM }), [
      'cal-com-managed: Cal.com, 500',
      'cal-com: Cal.com, 120',
      'cronofy: Cronofy, 500',
    ]);
  });

  it('share the limit of one Cronofy application where they are two', async () => {
    assert.deepEqual(await built({ ...CRONOFY, CRONOFY_MODE: 'managed,oauth' }), [
      'cronofy: Cronofy, 250',
      'cronofy-managed: Cronofy, 250',
    ]);
    assert.deepEqual(await built({ ...CRONOFY, CRONOFY_MODE: 'managed' }), ['cronofy-managed: Cronofy, 500']);
  });
});

describe('a family of providers', () => {
  it('has an id, names and variables that no other has', () => {
    for (const all of [families.map(({ id }) => id), TAKEN_NAMES, PROVIDER_VARIABLES.map(({ name }) => name)]) {
      assert.deepEqual(all, [...new Set<string>(all)]);
    }
  });

  it('makes up its clients of variables that it reads', () => {
    for (const { id, clients, variables } of families) {
      const names = variables.map(({ name }) => name);
      for (const variable of clients.flat()) assert.ok(names.includes(variable), `${id}: ${variable}`);
    }
    assert.ok(CLIENT_VARIABLES.every((client) => client.length > 0));
  });
});
