import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CLIENT,
  LEGACY_CLIENT,
  newVerifier,
  PUBLIC_CLIENT,
  REDIRECT_URI,
  startOAuthForTest,
  without,
} from '../../support/sandbox/cal-com-oauth.ts';
import type { Answer } from '../../support/sandbox/test-cal-com.ts';

const TOKEN = '/api/auth/oauth/token';
const REFRESH = '/api/auth/oauth/refreshToken';
const ME = '/api/auth/oauth/me';
const OLD_SCOPE = 'READ_BOOKING READ_PROFILE';
const EXCHANGE = { ...CLIENT, grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };
const REFRESHING = { ...CLIENT, grant_type: 'refresh_token' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function is(answer: Answer, status: number, body: object): void {
  assert.deepEqual([answer.status, answer.json], [status, body], answer.text);
}

describe('the older token endpoints', () => {
  it('exchange a code and refresh, with tokens that the newer ones take as well', async () => {
    await using oauth = await startOAuthForTest();
    const code = await oauth.code({ scope: OLD_SCOPE });
    const { status, headers, json } = await oauth.app(TOKEN, { ...EXCHANGE, code });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ['access_token', 'token_type', 'refresh_token', 'expires_in']);
    assert.deepEqual([json.token_type, json.expires_in], ['bearer', 1800]);
    assert.equal(headers.get('content-type'), 'application/json;charset=UTF-8');
    assert.deepEqual([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache']);
    const refreshed = await oauth.app(REFRESH, { ...REFRESHING, refresh_token: json.refresh_token });
    assert.deepEqual(Object.keys(refreshed.json), ['access_token', 'token_type', 'refresh_token', 'expires_in']);
    assert.equal((await oauth.refresh(refreshed.json.refresh_token)).status, 200);
    is(await oauth.app(TOKEN, { ...EXCHANGE, code }), 400, { error: 'invalid_grant' });
  });

  it('take a verifier, from a client with a secret as well', async () => {
    await using oauth = await startOAuthForTest();
    const { verifier, challenge } = newVerifier();
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
    const confidential = { ...EXCHANGE, code: await oauth.code(asked), code_verifier: verifier };
    assert.equal((await oauth.app(TOKEN, confidential)).status, 200);
    const code = await oauth.code({ ...PUBLIC_CLIENT, ...asked });
    assert.equal(
      (
        await oauth.app(TOKEN, {
          ...without(EXCHANGE, 'client_secret'),
          ...PUBLIC_CLIENT,
          code,
          code_verifier: verifier,
        })
      ).status,
      200,
    );
  });

  it('find the refresh token in the body, else in the header; in older ones in the header alone', async () => {
    await using oauth = await startOAuthForTest();
    const { refresh_token } = await oauth.link();
    assert.equal((await oauth.app(REFRESH, REFRESHING, bearer(refresh_token))).status, 200);
    assert.equal((await oauth.app(REFRESH, { ...REFRESHING, refresh_token }, bearer('x'))).status, 200);
    is(await oauth.app(REFRESH, REFRESHING), 400, { error: 'invalid_grant' });
    await oauth.cal.control('PUT', '/settings', { oauth_app_refresh_token_in: 'header' });
    is(await oauth.app(REFRESH, { ...REFRESHING, refresh_token }), 400, { error: 'invalid_grant' });
    assert.equal((await oauth.app(REFRESH, { ...REFRESHING, refresh_token: 'x' }, bearer(refresh_token))).status, 200);
  });

  it('answer with tokens alone, and a refresh with an access token alone, in the reading of the old guide', async () => {
    await using oauth = await startOAuthForTest({ oauth_app_answer: 'tokens_only', oauth_rotation: 'single_use' });
    const answer = await oauth.app(TOKEN, { ...EXCHANGE, code: await oauth.code() });
    assert.deepEqual(Object.keys(answer.json), ['access_token', 'refresh_token']);
    const { refresh_token } = answer.json;
    for (let turn = 0; turn < 2; turn++) {
      const refreshed = await oauth.app(REFRESH, { ...REFRESHING, refresh_token });
      assert.deepEqual([refreshed.status, Object.keys(refreshed.json)], [200, ['access_token']]);
      const me = await oauth.cal.call('GET', '/v2/me', { bearer: refreshed.json.access_token });
      assert.equal(me.status, 200);
    }
    assert.equal(await oauth.cal.statusOf(refresh_token), 'live');
  });

  it('refuse with an error code, or in older ones with a message', async () => {
    await using oauth = await startOAuthForTest();
    const { refresh_token } = await oauth.link();
    const fresh = async () => ({ ...EXCHANGE, code: await oauth.code() });
    const wrongGrant = { ...(await fresh()), grant_type: 'password' };
    const cases: [path: string, fields: Record<string, string>, now: [number, string], before: [number, string]][] = [
      [TOKEN, wrongGrant, [400, 'invalid_request'], [400, 'grant_type invalid']],
      [TOKEN, { ...EXCHANGE }, [400, 'invalid_request'], [401, 'Unauthorized']],
      [TOKEN, { ...EXCHANGE, code: 'x' }, [400, 'invalid_grant'], [401, 'Unauthorized']],
      [TOKEN, { ...(await fresh()), client_secret: 'x' }, [401, 'invalid_client'], [401, 'Unauthorized']],
      [
        TOKEN,
        { ...(await fresh()), redirect_uri: 'http://localhost:1/' },
        [400, 'invalid_grant'],
        [401, 'Unauthorized'],
      ],
      [REFRESH, without(REFRESHING, 'client_id'), [400, 'invalid_request'], [400, 'Missing client id or secret']],
      [REFRESH, { ...REFRESHING, grant_type: 'x' }, [400, 'invalid_request'], [400, 'grant type invalid']],
      [REFRESH, { ...REFRESHING, refresh_token: 'x' }, [400, 'invalid_grant'], [401, 'Unauthorized']],
      [REFRESH, { ...REFRESHING, client_secret: 'x', refresh_token }, [401, 'invalid_client'], [401, 'Unauthorized']],
    ];
    for (const [path, fields, [status, error]] of cases) is(await oauth.app(path, fields), status, { error });
    await oauth.cal.control('PUT', '/settings', { oauth_app_errors: 'messages' });
    for (const [path, fields, , [status, message]] of cases) is(await oauth.app(path, fields), status, { message });
  });

  it('read forms only', async () => {
    await using oauth = await startOAuthForTest();
    const body = { ...EXCHANGE, code: await oauth.code() };
    is(await oauth.cal.call('POST', TOKEN, { secret: false, body }), 400, { error: 'invalid_request' });
  });
});

describe('/api/auth/oauth/me', () => {
  it('is a 201 with the user name for a live token with READ_PROFILE, by GET and POST', async () => {
    await using oauth = await startOAuthForTest();
    const { access_token, refresh_token } = await oauth.link({ scope: OLD_SCOPE });
    for (const method of ['GET', 'POST']) {
      is(await oauth.cal.call(method, ME, { bearer: access_token }), 201, { username: 'alma-account' });
    }
    const { access_token: withoutIt } = await oauth.link({ scope: 'PROFILE_READ' });
    const { accessToken: managed } = await oauth.cal.createUser('managed');
    for (const token of [withoutIt, refresh_token, managed, 'x']) {
      is(await oauth.cal.call('GET', ME, { bearer: token }), 401, { message: 'Unauthorized' });
    }
    is(await oauth.cal.call('GET', ME, { secret: false }), 401, { message: 'Unauthorized' });
    await oauth.cal.control('POST', '/clock', { advance_seconds: 1800 });
    is(await oauth.cal.call('GET', ME, { bearer: access_token }), 401, { message: 'Unauthorized' });
  });
});

describe('an OAuth access token at API v2', () => {
  it('reads its own account and bookings, as an API key does', async () => {
    await using oauth = await startOAuthForTest();
    const { access_token } = await oauth.link({}, { account: 'Ben' });
    const { status, json } = await oauth.cal.call('GET', '/v2/me', { bearer: access_token });
    assert.deepEqual([status, json.data.email, json.data.username], [200, 'ben@example.org', 'ben-booker']);
    assert.equal((await oauth.cal.call('GET', '/v2/bookings', { bearer: access_token })).status, 200);
    assert.equal((await oauth.cal.call('GET', '/v2/bookings', { bearer: 'cal_sandbox_owner_key' })).status, 200);
    const check = '/v2/provider/sandbox-cal-oauth-client/access-token';
    assert.equal((await oauth.cal.call('GET', check, { bearer: access_token })).status, 200, 'as pages with Atoms ask');
    const cross = await oauth.cal.call('GET', '/v2/me', {
      bearer: access_token,
      headers: { origin: 'https://a.example' },
    });
    assert.equal(cross.status, 200, 'no origin is checked');
  });

  it('is a 401 once it is over, never a 498, and so is a refresh token', async () => {
    await using oauth = await startOAuthForTest();
    const { access_token, refresh_token } = await oauth.link();
    await oauth.cal.control('POST', '/clock', { advance_seconds: 1799 - 1 });
    assert.equal((await oauth.cal.call('GET', '/v2/me', { bearer: access_token })).status, 200);
    await oauth.cal.control('POST', '/clock', { advance_seconds: 2 });
    for (const token of [access_token, refresh_token]) {
      const { status, json } = await oauth.cal.call('GET', '/v2/me', { bearer: token });
      assert.deepEqual([status, json.error.message], [401, 'Invalid Access Token.']);
    }
  });

  it('is a 403 beyond its scopes, and wherever no scope is declared', async () => {
    await using oauth = await startOAuthForTest();
    const { access_token: token } = await oauth.link({ scope: 'PROFILE_READ' });
    const forbidden: [method: string, path: string, reason: string][] = [
      ['GET', '/v2/bookings', 'does not have the required scopes. Required: BOOKING_READ. Token has: PROFILE_READ'],
      ['PATCH', '/v2/me', 'does not have the required scopes. Required: PROFILE_WRITE. Token has: PROFILE_READ'],
    ];
    for (const [method, path, reason] of forbidden) {
      const { status, json } = await oauth.cal.call(method, path, {
        bearer: token,
        ...(method === 'GET' ? {} : { body: {} }),
      });
      assert.deepEqual(
        [status, json.error.code, json.error.message],
        [403, 'ForbiddenException', `insufficient_scope: token ${reason}`],
      );
    }
    const users = await oauth.cal.call('GET', '/v2/oauth-clients/sandbox-cal-client/users', { bearer: token });
    const closed = 'insufficient_scope: this endpoint is not available for third-party OAuth tokens';
    assert.deepEqual([users.status, users.json.error.message], [403, closed]);
    assert.equal((await oauth.cal.call('GET', '/v2/me', { bearer: token })).status, 200);
  });

  it('may read and write all when its scopes are the old ones, or none', async () => {
    await using oauth = await startOAuthForTest();
    for (const scope of [OLD_SCOPE, '']) {
      const code = await oauth.code({ client_id: LEGACY_CLIENT.client_id, scope });
      const { access_token } = (await oauth.exchange(code, LEGACY_CLIENT)).json;
      assert.equal((await oauth.cal.call('GET', '/v2/bookings', { bearer: access_token })).status, 200);
      const body = { bio: `by ${scope}` };
      const changed = await oauth.cal.call('PATCH', '/v2/me', { bearer: access_token, body });
      assert.deepEqual([changed.status, changed.json.data.bio], [200, body.bio]);
      const users = await oauth.cal.call('GET', '/v2/oauth-clients/sandbox-cal-client/users', { bearer: access_token });
      assert.deepEqual([users.status, users.json.error.message], [403, 'Forbidden resource'], 'they are not theirs');
    }
  });
});
