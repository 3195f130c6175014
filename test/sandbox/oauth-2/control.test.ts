import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT, PUBLIC_CLIENT, startForTest, type LinkedAccount } from '../../support/sandbox/test-oauth-2.ts';

describe('the accounts', () => {
  it('are made by number, each with tokens of its own', async () => {
    await using server = await startForTest({ access_ttl_seconds: 77 });
    const { status, json } = await server.control('POST', '/accounts', { count: 1000 });
    const accounts: LinkedAccount[] = json;
    assert.equal(status, 201);
    assert.deepEqual(Object.keys(accounts[0] ?? {}), ['sub', 'email', 'access_token', 'refresh_token', 'expires_in']);
    for (const field of ['sub', 'email', 'access_token', 'refresh_token'] as const) {
      assert.equal(new Set(accounts.map((account) => account[field])).size, 1000, field);
    }
    assert.ok(accounts.every(({ expires_in }) => expires_in === 77));
    const last = accounts.at(-1);
    assert.equal((await server.userinfo(last?.access_token ?? '')).json.sub, last?.sub);
    assert.equal((await server.refresh(last?.refresh_token ?? '')).status, 200);
  });

  it('are made by name, and a name that is known gets one more family', async () => {
    await using server = await startForTest();
    const first = await server.link({ sub: 'account-1', email: 'one@example.org' });
    assert.deepEqual([first.sub, first.email], ['account-1', 'one@example.org']);
    assert.deepEqual((await server.link()).sub, 'account-2', 'a name is never given twice');
    assert.equal((await server.link({ email: 'three@example.org' })).email, 'three@example.org');
    const again = await server.link({ sub: 'account-1', client_id: PUBLIC_CLIENT });
    assert.equal(again.email, 'one@example.org');
    const { families, live_refresh_tokens } = await server.account('account-1');
    assert.deepEqual(
      families.map((family: any) => [family.client_id, family.live_refresh_tokens]),
      [
        ['sandbox-oauth2-client', [first.refresh_token]],
        [PUBLIC_CLIENT, [again.refresh_token]],
      ],
    );
    assert.deepEqual(live_refresh_tokens, [first.refresh_token, again.refresh_token]);
  });

  it('that make no sense are refused with what does, and none is made', async () => {
    await using server = await startForTest();
    await server.link({ sub: 'alice', email: 'a@example.org' });
    const refused: [body: unknown, message: RegExp][] = [
      [{ count: 0 }, /accepts \{"count"/],
      [{ count: 2, sub: 'x' }, /accepts \{"count"/],
      [{ name: 'x' }, /"name"/],
      [{ sub: 'x', client_id: 'nobody' }, /^client_id: accepts sandbox-oauth2-client, /],
      [{ sub: 'alice', email: 'b@example.org' }, /^email: the account alice has another one/],
    ];
    for (const [body, message] of refused) {
      const { status, json } = await server.control('POST', '/accounts', body);
      assert.deepEqual([status, json.error], [400, 'bad_request'], JSON.stringify(body));
      assert.match(json.message, message);
    }
    const { json } = await server.control('GET', '/state');
    assert.equal(json.accounts.length, 1);
    assert.equal((await server.control('GET', '/accounts/nobody')).status, 404);
  });
});

describe('the oracle', () => {
  it('tells every account, each live token, and why each dead one died', async () => {
    await using server = await startForTest();
    const alice = await server.link({ sub: 'alice' });
    await server.link({ sub: 'bob' });
    const { json: next } = await server.refresh(alice.refresh_token);
    await server.refresh(alice.refresh_token);
    const { json } = await server.control('GET', '/state');
    assert.ok(Math.abs(Date.parse(json.now) - Date.now()) < 10_000);
    assert.deepEqual(
      json.clients.map((client: any) => [client.client_id, client.public]),
      [
        ['sandbox-oauth2-client', false],
        ['sandbox-oauth2-public-client', true],
        ['sandbox-oauth2:odd client', false],
      ],
    );
    assert.ok(!JSON.stringify(json).includes('sandbox-oauth2-secret'));
    const [told, other] = json.accounts;
    assert.deepEqual(told, (await server.control('GET', '/accounts/alice')).json);
    const { dead_tokens, families, ...rest } = told;
    assert.deepEqual(rest, {
      sub: 'alice',
      email: 'alice@example.com',
      name: 'alice',
      refreshes: 1,
      reuse_attempts: 1,
      live_access_tokens: [alice.access_token, next.access_token],
      live_refresh_tokens: [next.refresh_token],
    });
    assert.equal(families.length, 1);
    assert.deepEqual(
      [families[0].refreshes, families[0].reuse_attempts, families[0].ended, families[0].live_refresh_tokens],
      [1, 1, null, [next.refresh_token]],
    );
    assert.equal(dead_tokens.length, 1);
    const { died_at, ...dead } = dead_tokens[0];
    assert.deepEqual(dead, { token: alice.refresh_token, kind: 'refresh', family: families[0].id, why: 'rotated' });
    assert.ok(Math.abs(Date.parse(died_at) - Date.now()) < 10_000);
    assert.deepEqual([other.refreshes, other.reuse_attempts, other.dead_tokens], [0, 0, []]);
  });

  it('counts a refresh whose answer was lost, and none that was kept from the work', async () => {
    await using server = await startForTest();
    const { sub, refresh_token } = await server.link();
    await server.control('POST', '/faults', { fault: { status: 503 } });
    assert.equal((await server.refresh(refresh_token)).status, 503);
    assert.equal((await server.account(sub)).refreshes, 0);
    await server.control('POST', '/faults', { fault: { drop_reply: true } });
    await assert.rejects(server.refresh(refresh_token));
    assert.equal((await server.account(sub)).refreshes, 1);
    assert.equal(await server.fateOf(sub, refresh_token), 'rotated');
  });
});

describe('the tokens', () => {
  it('expire and vanish one by one, by account, or all', async () => {
    await using server = await startForTest();
    const [a, b, c] = [await server.link(), await server.link(), await server.link()];
    const post = async (path: string, body: object) => (await server.control('POST', `/tokens/${path}`, body)).json;
    assert.deepEqual(await post('expire', { access_token: a.access_token }), { expired: 1 });
    assert.deepEqual(await post('expire', { sub: b.sub }), { expired: 1 });
    const live = () =>
      Promise.all([a, b, c].map(async ({ access_token }) => (await server.userinfo(access_token)).status));
    assert.deepEqual(await live(), [401, 401, 200]);
    assert.equal(await server.fateOf(b.sub, b.access_token), 'expired');
    assert.deepEqual(await post('expire', { refresh_token: b.refresh_token }), { expired: 1 });
    assert.equal((await server.refresh(b.refresh_token)).json.error, 'invalid_grant');
    assert.deepEqual(await post('purge', { sub: c.sub, kind: 'both' }), { purged: 2 });
    assert.deepEqual(await post('purge', { refresh_token: c.refresh_token }), { purged: 0 });
    assert.equal(await server.fateOf(c.sub, c.refresh_token), 'purged');
    assert.deepEqual(await post('purge', { all: true, kind: 'refresh' }), { purged: 2 });
    assert.match((await post('purge', { user_id: a.sub })).message, /accepts .*\{"sub": \.\.\.\}/);
  });
});

describe('the settings', () => {
  it('have their defaults', async () => {
    await using server = await startForTest();
    assert.deepEqual((await server.control('GET', '/settings')).json, {
      access_ttl_seconds: 3600,
      access_ttl_spread_seconds: 0,
      refresh_ttl_seconds: null,
      refresh_ttl_from: 'issue',
      max_refresh_tokens: null,
      rotation: 'always',
      rotated_refresh_token: 'spent',
      expires_in_in_answer: true,
      expires_in_as: 'number',
      refresh_token_in_answer: 'always',
      refresh_token_expires_in_in_answer: false,
      scope_in_answer: true,
      token_type: 'Bearer',
      extra_fields: {},
      invalid_grant_fields: {},
      refusal_status: 400,
      invalid_client_fields: {},
      token_answer_as: 'json',
      tokens_under: null,
      id_token_claims: null,
      account_fields: null,
      account_method: 'GET',
      required_headers: {},
      callback_fields: {},
      revoke_unknown_token: 'accept',
      on_reuse: 'reject',
      grace_seconds: 30,
      race: 'serialized',
      race_window_ms: 100,
      refresh_ends_access_tokens: false,
      pkce: 'optional',
      code_ttl_seconds: 600,
      on_code_reuse: 'revoke_family',
      iss_in_redirect: true,
      refresh_token_on_consent: 'always',
      known_scopes: null,
      granted_scopes: null,
      client_auth: 'any',
      body: 'any',
      invalid_client_status: 401,
      userinfo_scope: null,
      latency_before_ms: 0,
      latency_ms: 0,
      rate_limit_per_minute: null,
    });
  });

  it('refuse what is wrong and say what is accepted', async () => {
    await using server = await startForTest();
    const refused: [body: object, message: RegExp][] = [
      [{ access_ttl_seconds: 0.5 }, /^access_ttl_seconds: accepts a whole number of seconds from 1$/],
      [{ refresh_ttl_seconds: 0 }, /^refresh_ttl_seconds: accepts null/],
      [{ expires_in_in_answer: 1 }, /^expires_in_in_answer: accepts true or false$/],
      [{ rotation: 'every:0' }, /^rotation: accepts "always", "never" or "every:N"$/],
      [{ refresh_token_in_answer: 'never' }, /^refresh_token_in_answer: accepts "always" or "when_rotated"$/],
      [{ on_reuse: 'shrug' }, /^on_reuse: accepts "reject", "grace" or "revoke_family"$/],
      [{ grace_seconds: -1 }, /^grace_seconds: accepts/],
      [{ race: 'lost' }, /^race: accepts "serialized" or "check_then_rotate"$/],
      [{ race_window_ms: -1 }, /^race_window_ms: accepts/],
      [
        { client_auth: 'jwt' },
        /^client_auth: accepts "any", "body", "basic", "basic_plain", "basic_and_id" or "none"$/,
      ],
      [{ body: 'xml' }, /^body: accepts "any", "form" or "json"$/],
      [{ invalid_client_status: 500 }, /^invalid_client_status: accepts a status from 200 to 499$/],
      [{ latency_before_ms: '5' }, /^latency_before_ms: accepts a number of ms from 0 to 3600000$/],
      [{ latency_ms: -5 }, /^latency_ms: accepts a number of ms from 0 to 3600000$/],
      [{ rate_limit_per_minute: 0 }, /^rate_limit_per_minute: accepts null/],
    ];
    for (const [body, message] of refused) {
      const { status, json } = await server.control('PUT', '/settings', body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(json.message, message);
    }
  });
});

describe('the latency', () => {
  it('is before the work or after it', async () => {
    for (const [setting, fateMeanwhile] of [
      ['latency_before_ms', 'live'],
      ['latency_ms', 'rotated'],
    ] as const) {
      await using server = await startForTest();
      const { sub, refresh_token } = await server.link();
      await server.set({ [setting]: 1500 });
      const start = performance.now();
      const pending = server.refresh(refresh_token);
      await sleep(300);
      assert.equal(await server.fateOf(sub, refresh_token), fateMeanwhile, setting);
      assert.equal((await pending).status, 200);
      assert.ok(performance.now() - start >= 1490, setting);
    }
  });

  it('before the work does not keep it from being done when the caller goes away', async () => {
    await using server = await startForTest({ latency_before_ms: 1000 });
    const { sub, refresh_token } = await server.link();
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token,
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
    });
    await assert.rejects(fetch(`${server.url}/token`, { method: 'POST', body, signal: AbortSignal.timeout(100) }));
    assert.equal(await server.fateOf(sub, refresh_token), 'live');
    while ((await server.fateOf(sub, refresh_token)) === 'live') await sleep(10);
    assert.equal((await server.account(sub)).refreshes, 1);
  });
});

describe('the rate limit', () => {
  it('is none unless set, and then a 429 with Retry-After until the minute is over', async () => {
    await using server = await startForTest({ rate_limit_per_minute: 3 });
    const { sub, access_token, refresh_token } = await server.link();
    for (let turn = 0; turn < 3; turn++) assert.equal((await server.userinfo(access_token)).status, 200);
    await server.advance(20);
    const { status, headers, json } = await server.refresh(refresh_token);
    assert.deepEqual([status, json.error], [429, 'rate_limit_exceeded']);
    const seconds = Number(headers.get('retry-after'));
    assert.ok(seconds > 35 && seconds <= 40, String(seconds));
    assert.equal(await server.fateOf(sub, refresh_token), 'live');
    await server.advance(seconds);
    assert.equal((await server.refresh(refresh_token)).status, 200);
    await server.set({ rate_limit_per_minute: null });
    for (let turn = 0; turn < 10; turn++) assert.equal((await server.userinfo(access_token)).status, 200);
  });

  it('begins anew where the clock was set back', async () => {
    await using server = await startForTest({ rate_limit_per_minute: 1 });
    const { access_token } = await server.link();
    await server.userinfo(access_token);
    await server.advance(-3600);
    assert.equal((await server.userinfo(access_token)).status, 200);
  });
});

describe('the control API', () => {
  it('names its own calls to whoever asks for another', async () => {
    await using server = await startForTest();
    const { status, json } = await server.control('GET', '/nonsense');
    assert.equal(status, 404);
    assert.match(json.message, /GET and DELETE journal.*POST accounts/);
  });

  it('puts everything back to the start', async () => {
    await using server = await startForTest({ rotation: 'never', rate_limit_per_minute: 1 });
    const { access_token } = await server.link();
    await server.userinfo(access_token);
    assert.equal((await server.control('POST', '/reset')).status, 204);
    assert.deepEqual((await server.control('GET', '/state')).json.accounts, []);
    assert.equal((await server.control('GET', '/settings')).json.rotation, 'always');
    assert.equal((await server.userinfo(access_token)).status, 401);
    await server.set({ rate_limit_per_minute: 1 });
    assert.equal((await server.userinfo(access_token)).status, 401, 'not a 429');
    assert.equal((await server.link()).sub, 'account-1');
  });
});
