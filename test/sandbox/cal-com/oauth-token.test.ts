import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CLIENT,
  newVerifier,
  PUBLIC_CLIENT,
  REDIRECT_URI,
  SCOPE,
  startOAuthForTest,
  without,
} from '../../support/sandbox/cal-com-oauth.ts';
import { type Answer } from '../../support/sandbox/test-cal-com.ts';

const ALMA = 202;
const claimsOf = (token: string): any => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

function isRefused(answer: Answer, status: number, error: string, description: string): void {
  assert.deepEqual([answer.status, answer.json], [status, { error, error_description: description }], answer.text);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('pragma'), 'no-cache');
}

describe('POST /v2/auth/oauth2/token', () => {
  for (const [what, headers, encode] of [
    ['a form', 'application/x-www-form-urlencoded', (fields: any) => new URLSearchParams(fields).toString()],
    ['JSON', 'application/json', (fields: any) => JSON.stringify(fields)],
  ] as const) {
    it(`exchanges a code in ${what} for tokens, flat and not to be stored`, async () => {
      await using oauth = await startOAuthForTest();
      const fields = { ...CLIENT, grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };
      const body = encode({ ...fields, code: await oauth.code() });
      const answer = await oauth.cal.call('POST', '/v2/auth/oauth2/token', {
        secret: false,
        body,
        headers: { 'content-type': headers },
      });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.equal(answer.headers.get('pragma'), 'no-cache');
      assert.deepEqual(Object.keys(answer.json), [
        'access_token',
        'token_type',
        'refresh_token',
        'expires_in',
        'scope',
      ]);
      assert.deepEqual([answer.json.token_type, answer.json.expires_in, answer.json.scope], ['bearer', 1800, SCOPE]);
      const { iat, exp, jti, ...claims } = claimsOf(answer.json.access_token);
      assert.deepEqual(claims, {
        userId: ALMA,
        teamId: null,
        scope: SCOPE.split(' '),
        token_type: 'Access Token',
        clientId: CLIENT.client_id,
      });
      assert.equal(exp - iat, 1800);
      assert.equal(typeof jti, 'string');
      const refresh = claimsOf(answer.json.refresh_token);
      assert.deepEqual([refresh.token_type, refresh.exp - refresh.iat], ['Refresh Token', 2_592_000]);
    });
  }

  it('refuses malformed requests in the words of its filter', async () => {
    await using oauth = await startOAuthForTest();
    const exchange = { ...CLIENT, grant_type: 'authorization_code', code: 'c', redirect_uri: REDIRECT_URI };
    const refresh = { ...CLIENT, grant_type: 'refresh_token', refresh_token: 'r' };
    const publicly = without(exchange, 'client_secret');
    const extra = (name: string) => `${name} property is wrong,property ${name} should not exist `;
    const missing = (name: string) => `${name} property is wrong,${name} must be a string `;
    const GRANT = "grant_type must be 'authorization_code' or 'refresh_token'";
    const cases: [fields: Record<string, string>, description: string][] = [
      [{}, 'client_id is required'],
      [{ ...exchange, client_id: '' }, 'client_id is required'],
      [without(exchange, 'grant_type'), GRANT],
      [{ ...exchange, grant_type: 'client_credentials' }, GRANT],
      [without(exchange, 'code'), missing('code')],
      [without(exchange, 'redirect_uri'), missing('redirect_uri')],
      [{ ...exchange, scope: 'PROFILE_READ' }, extra('scope')],
      [{ ...exchange, code_verifier: 'v' }, extra('code_verifier')],
      [publicly, missing('code_verifier')],
      [{ ...publicly, code_verifier: 'v', refresh_token: 'r' }, extra('refresh_token')],
      [without(refresh, 'refresh_token'), missing('refresh_token')],
      [{ ...refresh, scope: 'PROFILE_READ' }, extra('scope')],
      [
        { ...without(refresh, 'refresh_token'), x: '1', y: '2' },
        `${extra('x')}, ${extra('y')}, ${missing('refresh_token')}`,
      ],
    ];
    for (const [fields, description] of cases) {
      isRefused(await oauth.token(fields), 400, 'invalid_request', description);
    }
    const inHeader = await oauth.app('/v2/auth/oauth2/token', without(without(refresh, 'client_id'), 'client_secret'), {
      authorization: `Basic ${btoa('sandbox-cal-oauth-client:sandbox-cal-oauth-secret')}`,
    });
    isRefused(inHeader, 400, 'invalid_request', 'client_id is required');
  });

  it('checks client, redirect URI, secret and code, in this order', async () => {
    await using oauth = await startOAuthForTest();
    const code = await oauth.code();
    const other = 'http://localhost:3000/other';
    const wrong = { client_id: 'nobody', redirect_uri: other, client_secret: 'x', code: 'x' };
    isRefused(await oauth.exchange(code, wrong), 401, 'invalid_client', 'client_not_found');
    isRefused(
      await oauth.exchange(code, { ...without(wrong, 'client_id'), redirect_uri: 'https://evil.example/' }),
      400,
      'invalid_grant',
      'redirect_uri_mismatch',
    );
    isRefused(await oauth.exchange(code, { redirect_uri: other }), 400, 'invalid_grant', 'redirect_uri_mismatch');
    isRefused(await oauth.exchange(code, { client_secret: 'x' }), 401, 'invalid_client', 'invalid_client_credentials');
    isRefused(await oauth.exchange(code, { client_secret: '' }), 401, 'invalid_client', 'invalid_client_credentials');
    isRefused(await oauth.exchange('x'), 400, 'invalid_grant', 'code_invalid_or_expired');
    assert.equal((await oauth.exchange(code)).status, 200, 'none of these spent the code');
  });

  it('takes a code once, within its time, and from its client alone', async () => {
    await using oauth = await startOAuthForTest({ oauth_code_ttl_seconds: 60 });
    const code = await oauth.code();
    const { access_token } = (await oauth.exchange(code)).json;
    isRefused(await oauth.exchange(code), 400, 'invalid_grant', 'code_invalid_or_expired');
    assert.equal((await oauth.cal.call('GET', '/v2/me', { bearer: access_token })).status, 200, 'nothing is revoked');
    const late = await oauth.code();
    await oauth.cal.control('POST', '/clock', { advance_seconds: 60 });
    isRefused(await oauth.exchange(late), 400, 'invalid_grant', 'code_invalid_or_expired');
    const mine = await oauth.code();
    const stranger = { client_id: 'sandbox-cal-oauth-legacy', client_secret: 'sandbox-cal-oauth-legacy-secret' };
    isRefused(await oauth.exchange(mine, stranger), 400, 'invalid_grant', 'code_invalid_or_expired');
    assert.equal((await oauth.exchange(mine)).status, 200);
  });

  it('takes a public client by its verifier, and a code that was presented in vain is gone', async () => {
    await using oauth = await startOAuthForTest();
    const { verifier, challenge } = newVerifier();
    const asked = { ...PUBLIC_CLIENT, code_challenge: challenge, code_challenge_method: 'S256' };
    const exchange = (code: string, code_verifier: string) =>
      oauth.token({
        ...PUBLIC_CLIENT,
        grant_type: 'authorization_code',
        redirect_uri: REDIRECT_URI,
        code,
        code_verifier,
      });
    const code = await oauth.code(asked);
    isRefused(await exchange(code, newVerifier().verifier), 400, 'invalid_grant', 'pkce_verification_failed');
    isRefused(await exchange(code, verifier), 400, 'invalid_grant', 'code_invalid_or_expired');
    const empty = await exchange(await oauth.code(asked), '');
    isRefused(empty, 400, 'invalid_request', 'pkce_missing_parameters_or_invalid_method');
    const answer = await exchange(await oauth.code(asked), verifier);
    assert.equal(answer.status, 200, answer.text);
    const { refresh_token } = answer.json;
    const refreshed = await oauth.token({ ...PUBLIC_CLIENT, grant_type: 'refresh_token', refresh_token });
    assert.deepEqual([refreshed.status, refreshed.json.scope], [200, SCOPE]);
  });

  it('leaves a confidential client that sent a challenge in a dead end, or takes its verifier, by version', async () => {
    await using oauth = await startOAuthForTest();
    const { verifier, challenge } = newVerifier();
    const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
    const code = await oauth.code(asked);
    const refused = await oauth.exchange(code, { code_verifier: verifier });
    const description = 'code_verifier property is wrong,property code_verifier should not exist ';
    isRefused(refused, 400, 'invalid_request', description);
    isRefused(await oauth.exchange(code), 400, 'invalid_request', 'pkce_missing_parameters_or_invalid_method');
    await oauth.cal.control('PUT', '/settings', { oauth_confidential_pkce: 'accepted' });
    const taken = await oauth.exchange(await oauth.code(asked), { code_verifier: verifier });
    assert.equal(taken.status, 200, taken.text);
    const wrong = await oauth.exchange(await oauth.code(asked), { code_verifier: newVerifier().verifier });
    isRefused(wrong, 400, 'invalid_grant', 'pkce_verification_failed');
  });

  it('says nothing of the scope when oauth_scope_in_answer is false', async () => {
    await using oauth = await startOAuthForTest({ oauth_scope_in_answer: false });
    assert.deepEqual(Object.keys(await oauth.link()), ['access_token', 'token_type', 'refresh_token', 'expires_in']);
  });

  it('answers a body that is no JSON in the envelope of all others, and counts for the rate limit', async () => {
    await using oauth = await startOAuthForTest({ rate_limit_per_minute: 1 });
    const options = { secret: false as const, body: '{', headers: { 'content-type': 'application/json' } };
    const answer = await oauth.cal.call('POST', '/v2/auth/oauth2/token', options);
    assert.deepEqual([answer.status, answer.json.status], [400, 'error']);
    assert.equal((await oauth.cal.call('POST', '/v2/auth/oauth2/token', options)).status, 429);
  });
});
