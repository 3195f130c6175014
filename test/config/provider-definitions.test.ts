import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig, type Environment } from '../../src/config/index.ts';
import { temporaryDirectory } from '../stores/open-test-stores.ts';
import { problemsOf, withKeys } from './environments.ts';

const ACME = { client_id: 'client', client_secret_env: 'ACME_SECRET', token_url: 'https://acme.example/token' };

async function written(content: unknown, work: (env: Environment) => void): Promise<void> {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, 'providers.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  work(withKeys({ EVERGRANT_PROVIDERS: path, ACME_SECRET: 'acme-secret-value' }));
}

describe('the file of providers', () => {
  it('gives definitions, and secrets apart from them', async () => {
    await written({ acme: { ...ACME, client_auth: 'basic', on_reuse: 'grace', refresh_ttl_seconds: 60 } }, (env) => {
      const { config, secrets } = loadConfig(env);
      assert.deepEqual(config.oauth2, [
        {
          name: 'acme',
          clientId: 'client',
          tokenUrl: 'https://acme.example/token',
          clientAuth: 'basic',
          body: 'form',
          onReuse: 'grace',
          refreshTtlSeconds: 60,
        },
      ]);
      assert.equal(secrets.oauth2ClientSecrets['acme']?.reveal(), 'acme-secret-value');
      assert.doesNotMatch(JSON.stringify({ config, secrets }), /acme-secret-value/);
    });
  });

  it('completes a preset, and is stronger than it', async () => {
    const google = { preset: 'google', client_id: 'client', client_secret_env: 'ACME_SECRET', scopes: ['openid'] };
    await written({ google }, (env) => {
      const [definition] = loadConfig(env).config.oauth2;
      assert.equal(definition?.tokenUrl, 'https://oauth2.googleapis.com/token');
      assert.deepEqual(definition.authorization?.scopes, ['openid']);
      assert.deepEqual(definition.authorization.parameters, { access_type: 'offline', prompt: 'consent' });
    });
  });

  const refusals: Readonly<Record<string, [content: unknown, said: RegExp]>> = {
    'is no JSON': ['{', /cannot be read as JSON/],
    'is no object': [[], /the whole/],
    'has a name in capitals': [{ Acme: ACME }, /Acme/],
    'has a name that is taken': [{ cronofy: ACME }, /variables of its own/],
    'has a member that is not known': [{ acme: { ...ACME, token_uri: 'x' } }, /token_uri/],
    'has a plain http URL': [{ acme: { ...ACME, token_url: 'http://acme.example/token' } }, /acme\.token_url/],
    'has an unknown preset': [{ acme: { ...ACME, preset: 'yahoo' } }, /acme\.preset/],
    'has neither preset nor token_url': [{ acme: { ...ACME, token_url: undefined } }, /without token_url/],
    'names no variable for the secret': [{ acme: { ...ACME, client_secret_env: undefined } }, /client_secret_env/],
    'names a variable that is not set': [
      { acme: { ...ACME, client_secret_env: 'NOWHERE' } },
      /NOWHERE, which is not set/,
    ],
    'does not say whose account it is': [
      { acme: { ...ACME, authorize_url: 'https://acme.example/authorize' } },
      /without account/,
    ],
  };
  for (const [name, [content, said]] of Object.entries(refusals)) {
    it(`stops the start where it ${name}, and says so`, async () => {
      await written(content, (env) => {
        const { found, error } = problemsOf(env);
        assert.deepEqual(found, ['EVERGRANT_PROVIDERS']);
        assert.match(error.message, said);
        assert.doesNotMatch(error.message, /acme-secret-value/);
      });
    });
  }
});
