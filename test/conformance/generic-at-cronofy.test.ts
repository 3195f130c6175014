// The libraries mark as deprecated what is for local servers only, or better not needed at all.
/* eslint-disable @typescript-eslint/no-deprecated */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { consent } from '../support/sandbox/consent-form.ts';
import { CLIENT, seeded, startForTest, type TestCronofy } from '../support/sandbox/test-cronofy.ts';

// It has no types of its own.
const { AuthorizationCode } = createRequire(import.meta.url)('simple-oauth2');

const REDIRECT_URI = 'http://localhost:3000/callback';
const SCOPE = 'read_events create_event';
const BEN = { account: 'Ben' };
const INSECURE = { [oauth.allowInsecureRequests]: true };

/** What Cronofy's documentation tells a client to configure. */
function serverAt(url: string) {
  return {
    issuer: url,
    authorization_endpoint: `${url}/oauth/authorize`,
    token_endpoint: `${url}/oauth/token`,
    revocation_endpoint: `${url}/oauth/token/revoke`,
    userinfo_endpoint: `${url}/v1/userinfo`,
  };
}

const refusedWith = (kind: new (...args: never[]) => Error, error: string) => (thrown: unknown) => {
  assert.ok(thrown instanceof kind, String(thrown));
  assert.equal((thrown as unknown as { error: string }).error, error);
  return true;
};

/** A plain client of the one library. */
function oauth4webapiAt({ url }: TestCronofy, secret = CLIENT.client_secret) {
  const as = serverAt(url);
  const client = { client_id: CLIENT.client_id };
  const auth = oauth.ClientSecretPost(secret);
  return {
    async link(decision: object = BEN) {
      const state = oauth.generateRandomState();
      const page = new URL(as.authorization_endpoint);
      const asked = { ...client, redirect_uri: REDIRECT_URI, response_type: 'code', scope: SCOPE, state };
      page.search = new URLSearchParams(asked).toString();
      const callback = oauth.validateAuthResponse(as, client, await consent(page, decision), state);
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        auth,
        callback,
        REDIRECT_URI,
        oauth.nopkce,
        INSECURE,
      );
      return oauth.processAuthorizationCodeResponse(as, client, response);
    },
    async refresh(refreshToken = '') {
      const response = await oauth.refreshTokenGrantRequest(as, client, auth, refreshToken, INSECURE);
      return oauth.processRefreshTokenResponse(as, client, response);
    },
    async userinfo(accessToken: string) {
      const response = await oauth.userInfoRequest(as, client, accessToken, INSECURE);
      return oauth.processUserInfoResponse(as, client, oauth.skipSubjectCheck, response);
    },
    async revoke(token: string) {
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, token, INSECURE));
    },
  };
}

describe('oauth4webapi at Cronofy', () => {
  it('links, refreshes, reads userinfo and revokes', async () => {
    await using server = await startForTest({ rotation: 'every:2' });
    const cronofy = oauth4webapiAt(server);
    const first = await cronofy.link();
    assert.deepEqual([first.token_type, first.expires_in, first.scope], ['bearer', 3600, SCOPE]);
    const { sub, email } = await cronofy.userinfo(first.access_token);
    assert.deepEqual([sub, email], [seeded(2).sub, 'ben@example.com']);
    const second = await cronofy.refresh(first.refresh_token);
    assert.equal(second.refresh_token, first.refresh_token, 'mostly given back as it was');
    const third = await cronofy.refresh(first.refresh_token);
    assert.notEqual(third.refresh_token, first.refresh_token, 'and now and then replaced');
    await assert.rejects(cronofy.refresh(first.refresh_token), refusedWith(oauth.ResponseBodyError, 'invalid_grant'));
    await cronofy.revoke(third.refresh_token ?? '');
    await assert.rejects(cronofy.userinfo(third.access_token), oauth.WWWAuthenticateChallengeError);
    await assert.rejects(cronofy.refresh(third.refresh_token), refusedWith(oauth.ResponseBodyError, 'invalid_grant'));
  });

  it('is told of a denial, and of a wrong secret with 400', async () => {
    await using server = await startForTest();
    const cronofy = oauth4webapiAt(server);
    const denied = refusedWith(oauth.AuthorizationResponseError, 'access_denied');
    await assert.rejects(cronofy.link({ decision: 'deny' }), denied);
    await assert.rejects(oauth4webapiAt(server, 'wrong').link(), (thrown: unknown) => {
      refusedWith(oauth.ResponseBodyError, 'invalid_client')(thrown);
      return (thrown as oauth.ResponseBodyError).status === 400;
    });
  });
});

describe('openid-client at Cronofy', () => {
  function configured({ url }: TestCronofy, auth: openid.ClientAuth): openid.Configuration {
    const config = new openid.Configuration(serverAt(url), CLIENT.client_id, undefined, auth);
    openid.allowInsecureRequests(config);
    return config;
  }

  async function link(config: openid.Configuration) {
    const expectedState = openid.randomState();
    const asked = { redirect_uri: REDIRECT_URI, scope: SCOPE, state: expectedState };
    const page = openid.buildAuthorizationUrl(config, asked);
    return openid.authorizationCodeGrant(config, await consent(page, BEN), { expectedState });
  }

  it('links, refreshes, reads userinfo and revokes', async () => {
    await using server = await startForTest({ rotation: 'always' });
    const config = configured(server, openid.ClientSecretPost(CLIENT.client_secret));
    const first = await link(config);
    const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '');
    assert.equal(second.expires_in, 3600);
    const reuse = openid.refreshTokenGrant(config, first.refresh_token ?? '');
    await assert.rejects(reuse, refusedWith(openid.ResponseBodyError, 'invalid_grant'));
    const { sub } = seeded(2);
    assert.equal((await openid.fetchUserInfo(config, second.access_token, sub)).email, 'ben@example.com');
    await openid.tokenRevocation(config, second.access_token);
    const dead = openid.fetchUserInfo(config, second.access_token, sub);
    await assert.rejects(dead, openid.WWWAuthenticateChallengeError);
  });

  it('fails with HTTP Basic, for Cronofy documents id and secret in the body alone', async () => {
    await using server = await startForTest();
    const config = configured(server, openid.ClientSecretBasic(CLIENT.client_secret));
    await assert.rejects(link(config), refusedWith(openid.ResponseBodyError, 'invalid_client'));
  });
});

describe('simple-oauth2 at Cronofy', () => {
  const at = ({ url }: TestCronofy, options: object = {}, secret = CLIENT.client_secret) =>
    new AuthorizationCode({
      client: { id: CLIENT.client_id, secret },
      auth: {
        tokenHost: url,
        tokenPath: '/oauth/token',
        revokePath: '/oauth/token/revoke',
        authorizePath: '/oauth/authorize',
      },
      options: { authorizationMethod: 'body', ...options },
    });
  const codeOf = async (client: any) => {
    const page: string = client.authorizeURL({ redirect_uri: REDIRECT_URI, scope: SCOPE });
    return (await consent(page, BEN)).searchParams.get('code');
  };
  const refused = (status: number, error: string) => (thrown: any) => {
    assert.equal(thrown.output?.statusCode, status, String(thrown));
    return thrown.data.payload.error === error;
  };

  for (const bodyFormat of ['form', 'json']) {
    it(`links, refreshes and revokes by ${bodyFormat}`, async () => {
      await using server = await startForTest({ rotation: 'always' });
      const client = at(server, { bodyFormat });
      const first = await client.getToken({ code: await codeOf(client), redirect_uri: REDIRECT_URI });
      assert.deepEqual([first.token.scope, first.token.expires_in], [SCOPE, 3600]);
      const second = await first.refresh();
      await assert.rejects(first.refresh(), refused(400, 'invalid_grant'));
      const userinfo = await server.v1('/userinfo', second.token.access_token);
      assert.equal(userinfo.json.sub, seeded(2).sub);
      await second.revoke('refresh_token', { json: true });
      await assert.rejects(second.refresh(), refused(400, 'invalid_grant'));
      assert.equal((await server.v1('/userinfo', second.token.access_token)).status, 401);
    });
  }

  it('is refused with a wrong secret, and for a code used twice', async () => {
    await using server = await startForTest();
    const client = at(server);
    const code = await codeOf(client);
    const wrong = at(server, {}, 'wrong');
    await assert.rejects(wrong.getToken({ code, redirect_uri: REDIRECT_URI }), refused(400, 'invalid_client'));
    await client.getToken({ code, redirect_uri: REDIRECT_URI });
    await assert.rejects(client.getToken({ code, redirect_uri: REDIRECT_URI }), refused(400, 'invalid_grant'));
  });
});
