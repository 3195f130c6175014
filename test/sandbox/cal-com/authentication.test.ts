import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACCESS_TOKEN_CHECK,
  CLIENT_ID,
  REFRESH,
  SECRET,
  startForTest,
  USERS,
  type Call,
} from '../../support/sandbox/test-cal-com.ts';

const ID_ONLY =
  "ApiAuthStrategy - Only 'x-cal-client-id' header provided. Please also provide 'x-cal-secret-key' header or Auth bearer token as 'Authentication' header";
const SECRET_ONLY =
  "ApiAuthStrategy - Only 'x-cal-secret-key' header provided. Please also provide 'x-cal-client-id' header or Auth bearer token as 'Authentication' header";
const NOTHING =
  "ApiAuthStrategy - No authentication method provided. Either pass an API key as 'Bearer' header or OAuth client credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers";

const refusals: [what: string, method: string, path: string, call: Call, message: string][] = [
  ['nothing sent', 'GET', '/v2/me', { secret: false }, NOTHING],
  ['client id only', 'GET', '/v2/me', { secret: false, headers: { 'x-cal-client-id': 'x' } }, ID_ONLY],
  ['client id only in the path', 'POST', REFRESH, { secret: false, body: { refreshToken: 'x' } }, ID_ONLY],
  ['secret only', 'GET', '/v2/me', {}, SECRET_ONLY],
  [
    'an unknown client',
    'POST',
    '/v2/oauth-clients/nobody/users',
    { body: {} },
    'ApiAuthStrategy - oAuth client - Client with ID nobody not found',
  ],
  ['a wrong secret', 'POST', USERS, { secret: 'x' }, 'ApiAuthStrategy - oAuth client - Invalid client secret'],
  ['a token that never was', 'GET', '/v2/me', { bearer: 'x.y.z' }, 'Invalid Access Token.'],
  ['an unknown API key', 'GET', '/v2/me', { bearer: 'cal_x' }, 'ApiAuthStrategy - api key - Your api key is not valid'],
];

describe('a request', () => {
  for (const [what, method, path, call, message] of refusals) {
    it(`with ${what} is a 401 in the words of API v2`, async () => {
      await using cal = await startForTest();
      const { status, headers, json } = await cal.call(method, path, call);
      assert.equal(status, 401);
      assert.equal(
        JSON.stringify(json.error),
        JSON.stringify({
          code: 'UnauthorizedException',
          message,
          details: { message, error: 'Unauthorized', statusCode: 401 },
        }),
      );
      assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
    });
  }

  it('may name the client in the header, and the path goes before it', async () => {
    await using cal = await startForTest();
    const byHeader = await cal.call('GET', '/v2/me', { headers: { 'x-cal-client-id': CLIENT_ID } });
    assert.equal(byHeader.json.data.email, 'owner@example.org');
    const byPath = await cal.call('GET', USERS, { headers: { 'x-cal-client-id': 'nobody' } });
    assert.equal(byPath.status, 200);
  });

  it("may not manage users with a user's token, but may with the owner's API key", async () => {
    await using cal = await startForTest();
    const { accessToken } = await cal.createUser('alice');
    assert.equal((await cal.call('GET', USERS, { bearer: accessToken })).status, 403);
    assert.equal((await cal.call('GET', USERS, { bearer: 'cal_sandbox_owner_key' })).status, 200);
  });

  it('with an Origin must come from a redirect URI of the client, wildcards included', async () => {
    await using cal = await startForTest();
    const { accessToken: bearer } = await cal.createUser('alice');
    const from = (origin: string) => cal.call('GET', ACCESS_TOKEN_CHECK, { bearer, headers: { origin } });
    assert.equal((await from('http://localhost:5173')).status, 200);
    assert.equal((await from('http://127.0.0.1:80')).status, 200);
    for (const origin of ['https://evil.example', 'https://localhost:1', 'https://x.example/http://localhost:1']) {
      const { status, json } = await from(origin);
      assert.equal(status, 401);
      assert.equal(
        json.error.message,
        `ApiAuthStrategy - access token - Invalid request origin - please open https://app.cal.com/settings/platform and add the origin '${origin}' to the 'Redirect uris' of your OAuth client with ID '${CLIENT_ID}'`,
      );
    }
    const withSecret = await cal.call('GET', USERS, { secret: SECRET, headers: { origin: 'https://evil.example' } });
    assert.equal(withSecret.status, 200, 'the origin is looked at for bearer tokens only');
  });

  it('to nowhere is a 404 that names method and path with its query', async () => {
    await using cal = await startForTest();
    const { status, json } = await cal.call('GET', '/v2/nowhere?a=1');
    assert.deepEqual([status, json.path, json.error.message], [404, '/v2/nowhere?a=1', 'Cannot GET /v2/nowhere?a=1']);
  });
});
