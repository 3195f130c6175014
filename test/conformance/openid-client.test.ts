// The libraries mark as deprecated what is for local servers only, or better not needed at all.
/* eslint-disable @typescript-eslint/no-deprecated */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as client from 'openid-client';
import {
  CLIENT as CAL_CLIENT,
  PUBLIC_CLIENT as CAL_PUBLIC_CLIENT,
  startOAuthForTest,
} from '../support/sandbox/cal-com-oauth.ts';
import { consent, type Decision } from '../support/sandbox/consent-form.ts';
import { CLIENT, PUBLIC_CLIENT, startForTest } from '../support/sandbox/test-oauth-2.ts';

const REDIRECT_URI = 'http://localhost:3000/callback';

/** The whole flow: the page, a person's decision, the code's exchange. */
async function link(
  config: client.Configuration,
  { scope, pkce, decision }: { scope: string; pkce: boolean; decision?: Decision },
) {
  const expectedState = client.randomState();
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const challenge = {
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope,
    state: expectedState,
    ...(pkce ? challenge : {}),
  });
  const checks = { expectedState, ...(pkce ? { pkceCodeVerifier } : {}) };
  return client.authorizationCodeGrant(config, await consent(url, decision), checks);
}

function generic(url: string, id: string, auth: client.ClientAuth): Promise<client.Configuration> {
  const options = { algorithm: 'oauth2' as const, execute: [client.allowInsecureRequests] };
  return client.discovery(new URL(url), id, undefined, auth, options);
}

function calCom(url: string, id: string, auth: client.ClientAuth): client.Configuration {
  const server = {
    issuer: url,
    authorization_endpoint: `${url}/auth/oauth2/authorize`,
    token_endpoint: `${url}/v2/auth/oauth2/token`,
    userinfo_endpoint: `${url}/v2/me`,
  };
  const config = new client.Configuration(server, id, undefined, auth);
  client.allowInsecureRequests(config);
  return config;
}

const refusedWith = (error: string, description?: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof client.ResponseBodyError, String(thrown));
  assert.equal(thrown.error, error);
  if (description !== undefined) assert.match(thrown.error_description ?? '', description);
  return true;
};

describe('openid-client at the OAuth 2 server', () => {
  for (const [what, id, auth] of [
    ['a secret in the body', CLIENT.id, client.ClientSecretPost(CLIENT.secret)],
    ['HTTP Basic', CLIENT.id, client.ClientSecretBasic(CLIENT.secret)],
    ['no secret', PUBLIC_CLIENT, client.None()],
  ] as const) {
    it(`links, refreshes, reads userinfo and revokes with ${what}`, async () => {
      await using server = await startForTest();
      const config = await generic(server.url, id, auth);
      assert.equal(config.serverMetadata().supportsPKCE(), true);
      const first = await link(config, { scope: 'openid email', pkce: true, decision: { account: 'bob' } });
      assert.equal((await client.fetchUserInfo(config, first.access_token, 'bob')).email, 'bob@example.com');
      const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
      assert.equal(second.expires_in, 3600);
      const reuse = client.refreshTokenGrant(config, first.refresh_token ?? '');
      await assert.rejects(reuse, refusedWith('invalid_grant'));
      await client.tokenRevocation(config, second.refresh_token ?? '');
      const dead = client.fetchUserInfo(config, second.access_token, 'bob');
      await assert.rejects(dead, client.WWWAuthenticateChallengeError);
    });
  }

  it('is told of a denial, and of a wrong secret', async () => {
    await using server = await startForTest();
    const config = await generic(server.url, CLIENT.id, client.ClientSecretPost('wrong'));
    const options = { scope: 'openid', pkce: true };
    const denied = link(config, { ...options, decision: { decision: 'deny' } });
    await assert.rejects(denied, (thrown: unknown) => {
      assert.ok(thrown instanceof client.AuthorizationResponseError);
      return thrown.error === 'access_denied';
    });
    await assert.rejects(link(config, options), refusedWith('invalid_client'));
  });

  it('is told that a refresh needs no new refresh token', async () => {
    await using server = await startForTest({ rotation: 'never', refresh_token_in_answer: 'when_rotated' });
    const config = await generic(server.url, CLIENT.id, client.ClientSecretPost(CLIENT.secret));
    const first = await link(config, { scope: 'openid', pkce: false });
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    assert.equal(second.refresh_token, undefined);
    assert.ok((await client.refreshTokenGrant(config, first.refresh_token ?? '')).access_token);
  });
});

describe('openid-client at Cal.com', () => {
  const post = client.ClientSecretPost(CAL_CLIENT.client_secret);
  const scope = 'PROFILE_READ';

  it('links, refreshes and calls the API with a secret in the body and no verifier', async () => {
    await using sandbox = await startOAuthForTest();
    const config = calCom(sandbox.cal.url, CAL_CLIENT.client_id, post);
    const first = await link(config, { scope, pkce: false, decision: { account: 'Ben' } });
    assert.equal(first.expires_in, 1800);
    const second = await client.refreshTokenGrant(config, first.refresh_token ?? '');
    const url = new URL(`${sandbox.cal.url}/v2/me`);
    const me = await client.fetchProtectedResource(config, second.access_token, url, 'GET');
    assert.equal(((await me.json()) as any).data.username, 'ben-booker');
    const dead = client.refreshTokenGrant(config, 'x');
    await assert.rejects(dead, refusedWith('invalid_grant', /^invalid_refresh_token$/));
    const denied = link(config, { scope, pkce: false, decision: { decision: 'deny' } });
    await assert.rejects(denied, client.AuthorizationResponseError);
  });

  it('works without a secret by PKCE', async () => {
    await using sandbox = await startOAuthForTest();
    const config = calCom(sandbox.cal.url, CAL_PUBLIC_CLIENT.client_id, client.None());
    const first = await link(config, { scope, pkce: true });
    assert.ok((await client.refreshTokenGrant(config, first.refresh_token ?? '')).refresh_token);
  });

  it('fails with a verifier beside the secret, for Cal.com forbids it to confidential clients', async () => {
    await using sandbox = await startOAuthForTest();
    const config = calCom(sandbox.cal.url, CAL_CLIENT.client_id, post);
    const description = /^code_verifier property is wrong,/;
    await assert.rejects(link(config, { scope, pkce: true }), refusedWith('invalid_request', description));
  });

  it('fails when it narrows the scope of a refresh, for Cal.com refuses any field it does not know', async () => {
    await using sandbox = await startOAuthForTest();
    const config = calCom(sandbox.cal.url, CAL_CLIENT.client_id, post);
    const { refresh_token } = await link(config, { scope, pkce: false });
    const narrowed = client.refreshTokenGrant(config, refresh_token ?? '', { scope });
    await assert.rejects(narrowed, refusedWith('invalid_request', /^scope property is wrong,/));
  });

  it('fails with HTTP Basic, for Cal.com reads id and secret from the body alone', async () => {
    await using sandbox = await startOAuthForTest();
    const basic = client.ClientSecretBasic(CAL_CLIENT.client_secret);
    const config = calCom(sandbox.cal.url, CAL_CLIENT.client_id, basic);
    const description = /^client_id is required$/;
    await assert.rejects(link(config, { scope, pkce: false }), refusedWith('invalid_request', description));
  });

  it('finds no userinfo in /v2/me, which has an envelope and no sub, and nothing to revoke with', async () => {
    await using sandbox = await startOAuthForTest();
    const config = calCom(sandbox.cal.url, CAL_CLIENT.client_id, post);
    const { access_token } = await link(config, { scope, pkce: false });
    await assert.rejects(client.fetchUserInfo(config, access_token, client.skipSubjectCheck));
    await assert.rejects(client.tokenRevocation(config, access_token));
  });
});
