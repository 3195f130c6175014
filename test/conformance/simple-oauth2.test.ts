import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { CLIENT as CAL_CLIENT, startOAuthForTest } from '../support/sandbox/cal-com-oauth.ts';
import { consent, type Decision } from '../support/sandbox/consent-form.ts';
import { CLIENT, startForTest } from '../support/sandbox/test-oauth-2.ts';

// It has no types of its own.
const { AuthorizationCode } = createRequire(import.meta.url)('simple-oauth2');

const REDIRECT_URI = 'http://localhost:3000/callback';
const OLD_PATHS = { tokenPath: '/api/auth/oauth/token', refreshPath: '/api/auth/oauth/refreshToken' };

function generic(url: string, options: object = {}): any {
  return new AuthorizationCode({
    client: CLIENT,
    auth: { tokenHost: url, tokenPath: '/token', revokePath: '/revoke', authorizePath: '/authorize' },
    options,
  });
}

function calCom(url: string, paths: object = {}, options: object = {}): any {
  return new AuthorizationCode({
    client: { id: CAL_CLIENT.client_id, secret: CAL_CLIENT.client_secret },
    auth: {
      tokenHost: url,
      tokenPath: '/v2/auth/oauth2/token',
      authorizePath: '/auth/oauth2/authorize',
      ...paths,
    },
    options: { authorizationMethod: 'body', ...options },
  });
}

/** The whole flow, with whatever else the library is to send with the code. */
async function link(client: any, scope: string | string[], more: object = {}, decision?: Decision): Promise<any> {
  const url: string = client.authorizeURL({ redirect_uri: REDIRECT_URI, scope, state: 's' });
  const back = await consent(url, decision);
  assert.equal(back.searchParams.get('state'), 's');
  return client.getToken({ code: back.searchParams.get('code'), redirect_uri: REDIRECT_URI, ...more });
}

/** The library throws what its HTTP client throws: the answer's body is within. */
const refusedWith = (status: number, body: Record<string, unknown>) => (thrown: any) => {
  assert.equal(thrown.output?.statusCode, status, String(thrown));
  for (const [name, value] of Object.entries(body)) assert.deepEqual(thrown.data.payload[name], value);
  return true;
};

const me = async (url: string, path: string, token: string) =>
  (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).json() as any;

describe('simple-oauth2 at the OAuth 2 server', () => {
  for (const [what, options] of [
    ['HTTP Basic and a form', {}],
    ['a secret in a form', { authorizationMethod: 'body' }],
    ['a secret in JSON', { authorizationMethod: 'body', bodyFormat: 'json' }],
  ] as const) {
    it(`links, refreshes, reads userinfo and revokes with ${what}`, async () => {
      await using server = await startForTest();
      const client = generic(server.url, options);
      const first = await link(client, ['openid', 'email'], {}, { account: 'bob' });
      assert.deepEqual([first.token.scope, first.expired()], ['openid email', false]);
      assert.equal((await me(server.url, '/userinfo', first.token.access_token)).sub, 'bob');
      const second = await first.refresh();
      await assert.rejects(first.refresh(), refusedWith(400, { error: 'invalid_grant' }));
      // An empty answer is all that RFC 7009 asks for, and more than the library takes by itself; the work is done.
      await assert.rejects(second.revoke('access_token'), /content-type is not JSON compatible/);
      assert.equal((await me(server.url, '/userinfo', second.token.access_token)).error, 'invalid_token');
      assert.ok(await second.revoke('refresh_token', { json: true }));
      await assert.rejects(second.refresh(), refusedWith(400, { error: 'invalid_grant' }));
    });
  }

  it('is refused with a wrong secret, and for a code used twice', async () => {
    await using server = await startForTest({ client_auth: 'body' });
    await assert.rejects(link(generic(server.url), 'openid'), refusedWith(401, { error: 'invalid_client' }));
    const client = generic(server.url, { authorizationMethod: 'body' });
    const url: string = client.authorizeURL({ redirect_uri: REDIRECT_URI, scope: 'openid' });
    const code = (await consent(url)).searchParams.get('code');
    await client.getToken({ code, redirect_uri: REDIRECT_URI });
    const again = client.getToken({ code, redirect_uri: REDIRECT_URI });
    await assert.rejects(again, refusedWith(400, { error: 'invalid_grant' }));
  });

  it('forgets its refresh token where a refresh brings none: a mistake of its own', async () => {
    await using server = await startForTest({ rotation: 'never', refresh_token_in_answer: 'when_rotated' });
    const first = await link(generic(server.url), 'openid');
    const second = await first.refresh();
    assert.equal(second.token.refresh_token, undefined);
    await assert.rejects(second.refresh(), refusedWith(400, { error: 'invalid_request' }));
    assert.ok((await first.refresh()).token.access_token, 'at the server it is good');
  });
});

describe('simple-oauth2 at Cal.com', () => {
  for (const [what, paths, options] of [
    ['the newer endpoint', {}, {}],
    ['the newer endpoint in JSON', {}, { bodyFormat: 'json' }],
    ['the older endpoints', OLD_PATHS, {}],
  ] as const) {
    it(`links, refreshes and calls the API by ${what}`, async () => {
      await using sandbox = await startOAuthForTest({ oauth_rotation: 'single_use' });
      const client = calCom(sandbox.cal.url, paths, options);
      const first = await link(client, ['PROFILE_READ', 'READ_PROFILE'], {}, { account: 'Ben' });
      assert.equal(first.token.expires_in, 1800);
      const second = await first.refresh();
      const { data } = await me(sandbox.cal.url, '/v2/me', second.token.access_token);
      assert.equal(data.email, 'ben@example.org');
      const old = await me(sandbox.cal.url, '/api/auth/oauth/me', second.token.access_token);
      assert.deepEqual(old, { username: 'ben-booker' });
      await assert.rejects(first.refresh(), refusedWith(400, { error: 'invalid_grant' }));
      await assert.rejects(second.revoke('refresh_token'), refusedWith(404, {}), 'Cal.com has no revocation');
    });
  }

  it('forgets its refresh token after the refresh of the old guide, which brings an access token alone', async () => {
    await using sandbox = await startOAuthForTest({ oauth_app_answer: 'tokens_only' });
    const first = await link(calCom(sandbox.cal.url, OLD_PATHS), 'PROFILE_READ');
    assert.deepEqual(Object.keys(first.token), ['access_token', 'refresh_token']);
    assert.equal(first.expired(), false, 'without expires_in it never thinks a token expired');
    const second = await first.refresh();
    assert.deepEqual([typeof second.token.access_token, second.token.refresh_token], ['string', undefined]);
    await assert.rejects(second.refresh(), refusedWith(400, { error: 'invalid_grant' }));
  });

  it('fails with HTTP Basic, for Cal.com reads id and secret from the body alone', async () => {
    await using sandbox = await startOAuthForTest();
    const client = calCom(sandbox.cal.url, {}, { authorizationMethod: 'header' });
    const refusal = { error: 'invalid_request', error_description: 'client_id is required' };
    await assert.rejects(link(client, 'PROFILE_READ'), refusedWith(400, refusal));
  });

  it('fails when it sends the scope again, for Cal.com refuses any field it does not know', async () => {
    await using sandbox = await startOAuthForTest();
    const client = calCom(sandbox.cal.url);
    const error_description = 'scope property is wrong,property scope should not exist ';
    const refusal = refusedWith(400, { error: 'invalid_request', error_description });
    await assert.rejects(link(client, 'PROFILE_READ', { scope: 'PROFILE_READ' }), refusal);
    const token = await link(client, 'PROFILE_READ');
    await assert.rejects(token.refresh({ scope: 'PROFILE_READ' }), refusal);
  });
});
