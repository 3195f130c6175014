import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startOAuth2 } from '../../../src/sandbox/index.ts';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { temporaryDirectory } from '../../support/stores/open-test-stores.ts';
import { startLinkScene } from '../../support/linking/link-scene.ts';

/** What a definition says, and what the sandbox's server is set to beside it. */
interface Kind {
  readonly defined?: object;
  readonly settings: Readonly<Record<string, unknown>>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'Calendly, ready': {
    defined: { preset: 'calendly' },
    settings: { access_ttl_seconds: 7200, rotation: 'always', body: 'form', extra_fields: { owner: '{sub}' } },
  },
  'Google, ready': {
    defined: { preset: 'google' },
    settings: {
      rotation: 'never',
      refresh_token_in_answer: 'when_rotated',
      refresh_token_on_consent: 'access_type_offline',
      invalid_grant_fields: { error_description: 'Token has been expired or revoked.' },
    },
  },
  'Microsoft, ready': {
    defined: { preset: 'microsoft' },
    settings: { rotation: 'always', rotated_refresh_token: 'kept', refresh_token_on_consent: 'offline_access' },
  },
  'a server that rotates always': { settings: { rotation: 'always' } },
  'a server that rotates sometimes': { settings: { rotation: 'every:2', refresh_token_in_answer: 'when_rotated' } },
  'a server that rotates never': { settings: { rotation: 'never', refresh_token_in_answer: 'when_rotated' } },
  'a server that tells no expiry': { settings: { expires_in_in_answer: false } },
  'a server that revokes families': {
    defined: { on_reuse: 'revoke_family' },
    settings: { on_reuse: 'revoke_family', on_code_reuse: 'revoke_family' },
  },
  'a server that wants Basic, a form and PKCE': {
    defined: { client_auth: 'basic' },
    settings: { client_auth: 'basic', body: 'form', pkce: 'required' },
  },
  'a server that wants JSON': { defined: { body: 'json' }, settings: { body: 'json' } },
  'a public client': {
    defined: { client_auth: 'none', client_id: 'sandbox-oauth2-public-client' },
    settings: { pkce: 'required' },
  },
};

describe('a provider by its definition', () => {
  for (const [name, { defined = {}, settings }] of Object.entries(KINDS)) {
    it(`${name}: linked, renewed, lost, told once, linked again, disconnected`, async () => {
      await using folder = await temporaryDirectory();
      await using server = await startOAuth2({ port: 0, host: '127.0.0.1' });
      const control = (method: string, path: string, body: object) =>
        fetch(`${server.url}/__sandbox${path}`, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      assert.ok((await control('PUT', '/settings', settings)).ok);
      const path = join(folder.path, 'providers.json');
      const acme = {
        client_id: 'sandbox-oauth2-client',
        client_secret_env: 'ACME_CLIENT_SECRET',
        token_url: `${server.url}/token`,
        revoke_url: `${server.url}/revoke`,
        authorize_url: `${server.url}/authorize`,
        issuer: server.url,
        account: { url: `${server.url}/userinfo`, id: 'sub', email: 'email', name: 'name' },
        ...defined,
      };
      writeFileSync(path, JSON.stringify({ acme }));
      await using scene = await startLinkScene({
        EVERGRANT_PROVIDERS: path,
        ACME_CLIENT_SECRET: 'sandbox-oauth2-secret',
      });
      assert.equal((await scene.link('alice', 'alice', 'acme')).status, 200);
      const seen = new Set<string>();
      for (let round = 0; round < 4; round += 1) {
        const body = { force_refresh: round > 0 };
        seen.add(tokenOf(await scene.as('alice', 'POST', 'acme/token/', body)).access_token);
      }
      assert.equal(seen.size, 4);
      await control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
      await scene.service.expire('here');
      toProblem(await scene.as('alice', 'POST', 'acme/token/'), 409, 'reconnect_required');
      toProblem(await scene.as('alice', 'POST', 'acme/token/'), 409, 'reconnect_required');
      const told = scene.service.rows("select reason from events where type = 'grant.reconnect_required'");
      assert.deepEqual(told, [{ __proto__: null, reason: 'refused' }]);
      assert.equal((await scene.link('alice', 'alice', 'acme')).status, 200);
      tokenOf(await scene.as('alice', 'POST', 'acme/token/', { force_refresh: true }));
      assert.equal((await scene.as('alice', 'DELETE', 'acme/')).status, 204);
    });
  }
});
