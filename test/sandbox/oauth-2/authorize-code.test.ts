import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { codeOf, consented, exchange, newPkce } from '../../support/sandbox/oauth-2-consent.ts';
import { PUBLIC_CLIENT, startForTest, type Answer } from '../../support/sandbox/test-oauth-2.ts';

function isRefused(answer: Answer, error: string): void {
  assert.deepEqual([answer.status, answer.json?.error], [400, error], answer.text);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
}

describe('a code', () => {
  it('brings tokens that begin a family, in an answer that is not to be stored', async () => {
    await using server = await startForTest();
    const { status, headers, json } = await exchange(server, await codeOf(server));
    assert.equal(status, 200);
    assert.deepEqual([headers.get('cache-control'), headers.get('pragma')], ['no-store', 'no-cache']);
    assert.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope']);
    const { families, live_access_tokens, live_refresh_tokens } = await server.account('alice');
    assert.deepEqual([live_access_tokens, live_refresh_tokens], [[json.access_token], [json.refresh_token]]);
    assert.deepEqual([families.length, families[0].client_id], [1, 'sandbox-oauth2-client']);
    assert.equal((await server.refresh(json.refresh_token)).status, 200);
  });

  it('used again is refused and ends all that it brought', async () => {
    await using server = await startForTest();
    const code = await codeOf(server);
    const { access_token, refresh_token } = (await exchange(server, code)).json;
    const { json: next } = await server.refresh(refresh_token);
    isRefused(await exchange(server, code), 'invalid_grant');
    assert.equal((await server.userinfo(access_token)).status, 401);
    isRefused(await server.refresh(next.refresh_token), 'invalid_grant');
    assert.equal(await server.fateOf('alice', next.access_token), 'code_reused');
    assert.equal((await server.account('alice')).families[0].ended, 'code_reused');
  });

  it('used again is refused and no more where on_code_reuse is reject', async () => {
    await using server = await startForTest({ on_code_reuse: 'reject' });
    const code = await codeOf(server);
    const { access_token } = (await exchange(server, code)).json;
    isRefused(await exchange(server, code), 'invalid_grant');
    assert.equal((await server.userinfo(access_token)).status, 200);
  });

  it('is good for its time, its client and its address alone, and an attempt in vain does not spend it', async () => {
    await using server = await startForTest({ code_ttl_seconds: 60 });
    const { verifier, asked } = newPkce();
    const late = await codeOf(server);
    await server.advance(60);
    isRefused(await exchange(server, late), 'invalid_grant');
    const code = await codeOf(server, asked);
    isRefused(await exchange(server, code, { redirect_uri: 'http://127.0.0.1:4000/other' }), 'invalid_grant');
    isRefused(await exchange(server, code, { client_id: PUBLIC_CLIENT, code_verifier: verifier }), 'invalid_grant');
    isRefused(await exchange(server, code), 'invalid_request');
    isRefused(await exchange(server, 'unknown'), 'invalid_grant');
    isRefused(await server.post('/token', { grant_type: 'authorization_code', code }), 'invalid_request');
    assert.equal((await exchange(server, code, { code_verifier: verifier })).status, 200);
  });

  it('of a public client needs its id and verifier only', async () => {
    await using server = await startForTest();
    const { verifier, asked } = newPkce();
    const code = await codeOf(server, { client_id: PUBLIC_CLIENT, ...asked });
    const { status, json } = await exchange(server, code, { client_id: PUBLIC_CLIENT, code_verifier: verifier });
    assert.equal(status, 200);
    const fields = { client_id: PUBLIC_CLIENT, grant_type: 'refresh_token', refresh_token: json.refresh_token };
    assert.equal((await server.post('/token', fields)).status, 200);
  });

  it('outlives a restart, spent or not', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-sandbox-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const stateFile = join(folder, 'state.json');
    const first = await startForTest({}, { stateFile });
    const [spent, kept] = [await codeOf(first), await codeOf(first)];
    const { access_token } = (await exchange(first, spent)).json;
    await first.close();
    await using again = await startForTest({}, { stateFile });
    assert.equal((await exchange(again, kept)).status, 200);
    isRefused(await exchange(again, spent), 'invalid_grant');
    assert.equal((await again.userinfo(access_token)).status, 401);
  });
});

describe('the token answer', () => {
  it('says what the settings let it say', async () => {
    await using server = await startForTest({
      expires_in_as: 'string',
      scope_in_answer: false,
      token_type: 'bearer',
      refresh_ttl_seconds: 100,
      refresh_token_expires_in_in_answer: true,
      extra_fields: { created_at: '{now}', owner: 'https://x.example/users/{sub}', nested: { a: [1] } },
    });
    const { access_token, refresh_token, created_at, ...rest } = await consented(server);
    assert.ok(Math.abs(created_at - Date.now() / 1000) < 10);
    assert.deepEqual([typeof access_token, typeof refresh_token], ['string', 'string']);
    assert.deepEqual(rest, {
      token_type: 'bearer',
      expires_in: '3600',
      refresh_token_expires_in: 100,
      owner: 'https://x.example/users/alice',
      nested: { a: [1] },
    });
  });

  it('tells each access token its own life where it is spread', async () => {
    await using server = await startForTest({ access_ttl_seconds: 1000, access_ttl_spread_seconds: 100_000 });
    const [one, other] = [await server.link(), await consented(server)];
    assert.ok(one.expires_in >= 1000 && one.expires_in <= 101_000);
    await server.advance(other.expires_in - 2);
    assert.equal((await server.userinfo(other.access_token)).status, 200);
    await server.advance(3);
    assert.equal((await server.userinfo(other.access_token)).status, 401);
  });

  it('adds what it is told to an invalid_grant, and to nothing else', async () => {
    await using server = await startForTest({
      invalid_grant_fields: { error_description: 'Gone.', error_subtype: 'x' },
    });
    assert.deepEqual((await server.refresh('x')).json, {
      error: 'invalid_grant',
      error_description: 'Gone.',
      error_subtype: 'x',
    });
    assert.ok(!('error_subtype' in (await server.post('/token', { grant_type: 'x' })).json));
  });
});

describe('/userinfo', () => {
  it('is a 403 with a challenge without the scope that userinfo_scope names', async () => {
    await using server = await startForTest({ userinfo_scope: 'profile' });
    const { access_token: poor } = await consented(server, { scope: 'email' });
    const { status, headers, json } = await server.userinfo(poor);
    assert.deepEqual([status, json.error], [403, 'insufficient_scope']);
    assert.equal(headers.get('www-authenticate'), 'Bearer error="insufficient_scope", scope="profile"');
    const { access_token: rich } = await consented(server, { scope: 'email profile' });
    assert.equal((await server.userinfo(rich)).status, 200);
  });
});

describe('the new settings', () => {
  it('refuse what is wrong and say what is accepted', async () => {
    await using server = await startForTest();
    const refused: [body: object, message: RegExp][] = [
      [{ pkce: 'plain' }, /^pkce: accepts "required", "optional" or "ignored"$/],
      [{ code_ttl_seconds: 0 }, /^code_ttl_seconds: accepts a whole number of seconds from 1$/],
      [{ on_code_reuse: 'x' }, /^on_code_reuse: accepts "reject" or "revoke_family"$/],
      [{ iss_in_redirect: 1 }, /^iss_in_redirect: accepts true or false$/],
      [{ refresh_token_on_consent: 'seldom' }, /^refresh_token_on_consent: accepts "always", /],
      [{ known_scopes: '' }, /^known_scopes: accepts null/],
      [{ granted_scopes: 1 }, /^granted_scopes: accepts null/],
      [{ extra_fields: [] }, /^extra_fields: accepts an object of members; /],
      [{ invalid_grant_fields: 'x' }, /^invalid_grant_fields: accepts an object of members$/],
      [{ token_type: '' }, /^token_type: accepts a text that is not empty$/],
      [{ expires_in_as: 'date' }, /^expires_in_as: accepts "number" or "string"$/],
      [{ max_refresh_tokens: 0 }, /^max_refresh_tokens: accepts null/],
      [{ rotated_refresh_token: 'x' }, /^rotated_refresh_token: accepts "spent" or "kept"$/],
      [{ refresh_ttl_from: 'x' }, /^refresh_ttl_from: accepts "issue" or "last_use"$/],
      [{ access_ttl_spread_seconds: -1 }, /^access_ttl_spread_seconds: accepts a whole number of seconds from 0$/],
      [{ userinfo_scope: '' }, /^userinfo_scope: accepts null/],
    ];
    for (const [body, message] of refused) {
      const { status, json } = await server.control('PUT', '/settings', body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(json.message, message);
    }
  });
});
