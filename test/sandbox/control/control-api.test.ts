import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_ID, REFRESH, startForTest, USERS } from '../../support/sandbox/test-cal-com.ts';

describe('the journal', () => {
  it('has every request with its answer and the names of its fields, never a value', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.refresh(refreshToken);
    await cal.call('POST', REFRESH, {
      body: 'refreshToken=abc&other=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    await cal.call('GET', '/v2/me?secret=1', { secret: false });
    const { json, text } = await cal.control('GET', '/journal');
    assert.deepEqual(
      json.map(({ method, path, status, body_fields }: any) => ({ method, path, status, body_fields })),
      [
        { method: 'POST', path: USERS, status: 201, body_fields: ['email', 'name'] },
        { method: 'POST', path: REFRESH, status: 200, body_fields: ['refreshToken'] },
        { method: 'POST', path: REFRESH, status: 400, body_fields: ['refreshToken', 'other'] },
        { method: 'GET', path: '/v2/me', status: 401, body_fields: [] },
      ],
    );
    assert.deepEqual(Object.keys(json[0]), ['at', 'method', 'path', 'status', 'body_fields']);
    assert.ok(Math.abs(Date.parse(json[0].at) - Date.now()) < 10_000);
    assert.ok(!text.includes(refreshToken) && !text.includes('abc'));

    assert.equal((await cal.control('DELETE', '/journal')).status, 204);
    assert.deepEqual((await cal.control('GET', '/journal')).json, []);
  });
});

describe('the state', () => {
  it('tells every account and what became of every token', async () => {
    await using cal = await startForTest();
    const { user, accessToken, refreshToken } = await cal.createUser('alice', { metadata: { proof: 'p' } });
    await cal.refresh(refreshToken);
    const { json } = await cal.control('GET', '/state');
    assert.deepEqual(
      json.accounts.find(({ id }: any) => id === user.id),
      {
        id: user.id,
        client_id: CLIENT_ID,
        email: user.email,
        username: user.username,
        name: 'alice',
        time_zone: 'Europe/London',
        metadata: { proof: 'p' },
      },
    );
    assert.ok(json.accounts.some(({ email }: any) => email === `taken+${CLIENT_ID}@example.com`));
    const told = json.tokens.map(({ kind, status, issued_by, user_id }: any) => [kind, status, issued_by, user_id]);
    assert.deepEqual(told, [
      ['access', 'live', 'create', user.id],
      ['refresh', 'used', 'create', user.id],
      ['access', 'live', 'refresh', user.id],
      ['refresh', 'live', 'refresh', user.id],
    ]);
    assert.equal(json.tokens[0].token, accessToken);
    assert.equal(new Set(json.tokens.map(({ family }: any) => family)).size, 1);
  });
});

describe('the settings', () => {
  it('have their defaults', async () => {
    await using cal = await startForTest();
    await cal.control('POST', '/reset');
    assert.deepEqual((await cal.control('GET', '/settings')).json, {
      access_ttl_seconds: 3600,
      refresh_ttl_seconds: 31_536_000,
      floor_expiry: true,
      rotation: 'always',
      on_reuse: 'reject',
      race_loser: 'invalid_refresh_token',
      refresh_expiry: 'ignored',
      force_refresh_deletes: 'all',
      stale_cache_401: false,
      variant: 'platform',
      default_event_types: true,
      oauth_access_ttl_seconds: 1800,
      oauth_refresh_ttl_seconds: 2_592_000,
      oauth_code_ttl_seconds: 600,
      oauth_rotation: 'keep_old',
      oauth_distinct_tokens: true,
      oauth_scope_in_answer: true,
      oauth_confidential_pkce: 'refused',
      oauth_app_answer: 'full',
      oauth_app_errors: 'codes',
      oauth_app_refresh_token_in: 'body_or_header',
      latency_ms: 0,
      rate_limit_per_minute: null,
    });
  });

  it('change one by one and keep the rest', async () => {
    await using cal = await startForTest({ access_ttl_seconds: 5 });
    const { status, json } = await cal.control('PUT', '/settings', { rotation: 'every:7' });
    assert.deepEqual([status, json.rotation, json.access_ttl_seconds], [200, 'every:7', 5]);
  });

  it('refuse what is unknown or wrong, name the field, say what is accepted, and change nothing', async () => {
    await using cal = await startForTest();
    const refused: [body: unknown, message: RegExp][] = [
      [{ acces_ttl_seconds: 1 }, /^acces_ttl_seconds: no such setting; there are access_ttl_seconds, /],
      [{ rotation: 'every:0' }, /^rotation: accepts "always", "never" or "every:N"$/],
      [{ rotation: 'never', access_ttl_seconds: 0 }, /^access_ttl_seconds: accepts a number of seconds above 0$/],
      [{ on_reuse: 'shrug' }, /^on_reuse: accepts "reject" or "revoke_family"$/],
      [{ rate_limit_per_minute: -1 }, /^rate_limit_per_minute: accepts null/],
      [{ stale_cache_401: 'yes' }, /^stale_cache_401: accepts true or false$/],
      [{ latency_ms: '5' }, /^latency_ms: accepts a number of ms/],
      [[], /must be a JSON object/],
      ['{', /^The body is not JSON\.$/],
    ];
    const before = (await cal.control('GET', '/settings')).text;
    for (const [body, message] of refused) {
      const { status, json } = await cal.control('PUT', '/settings', body);
      assert.deepEqual([status, json.error], [400, 'bad_request']);
      assert.match(json.message, message);
    }
    assert.equal((await cal.control('GET', '/settings')).text, before);
  });

  it('make every answer wait latency_ms, after the work', async () => {
    await using cal = await startForTest({ latency_ms: 1500 });
    const start = performance.now();
    let isAnswered = false;
    const creation = cal.createUser('alice').then(() => (isAnswered = true));
    const isThere = async () =>
      (await cal.control('GET', '/state')).json.accounts.some(({ name }: any) => name === 'alice');
    while (!(await isThere())) await sleep(10);
    assert.equal(isAnswered, false, 'the user is there before the answer is');
    await creation;
    assert.ok(performance.now() - start >= 1490);
  });
});

describe('the clock', () => {
  it('shows the time and moves it', async () => {
    await using cal = await startForTest();
    const { json: shown } = await cal.control('GET', '/clock');
    assert.equal(shown.offset_seconds, 0);
    assert.ok(Math.abs(Date.parse(shown.now) - Date.now()) < 10_000);
    const { json } = await cal.control('POST', '/clock', { advance_seconds: 86_400.5 });
    assert.equal(json.offset_seconds, 86_400.5);
    assert.ok(Math.abs(Date.parse(json.now) - Date.now() - 86_400_500) < 10_000);
    assert.equal((await cal.control('POST', '/clock', { advance_seconds: -86_400 })).json.offset_seconds, 0.5);
    assert.match((await cal.control('POST', '/clock', { seconds: 1 })).json.message, /advance_seconds/);
  });
});

describe('the tokens', () => {
  it('expire and vanish one by one, by user, or all, access tokens unless said otherwise', async () => {
    await using cal = await startForTest();
    const [a, b, c] = [await cal.createUser('a'), await cal.createUser('b'), await cal.createUser('c')];
    const post = async (path: string, body: object) => (await cal.control('POST', `/tokens/${path}`, body)).json;
    assert.deepEqual(await post('expire', { access_token: a.accessToken }), { expired: 1 });
    assert.deepEqual(await post('expire', { access_token: 'unknown' }), { expired: 0 });
    assert.deepEqual(await post('expire', { user_id: b.user.id }), { expired: 1 });
    const status = async () =>
      Promise.all([a, b, c].map(async ({ accessToken }) => (await cal.check(accessToken)).status));
    assert.deepEqual(await status(), [498, 498, 200]);
    assert.deepEqual(await post('purge', { refresh_token: a.refreshToken }), { purged: 1 });
    assert.equal((await cal.refresh(a.refreshToken)).status, 400);
    assert.deepEqual(await post('purge', { all: true }), { purged: 3 });
    assert.deepEqual(await status(), [401, 401, 401]);
    assert.deepEqual(await post('expire', { all: true, kind: 'refresh' }), { expired: 2 });
    await cal.control('PUT', '/settings', { refresh_expiry: 'enforced' });
    assert.equal((await cal.refresh(b.refreshToken)).status, 400);
    assert.deepEqual(await post('purge', { all: true, kind: 'both' }), { purged: 2 });
    assert.match((await post('purge', { everything: true })).message, /accepts \{"access_token"/);
  });
});

describe('the reset', () => {
  it('puts everything back to the start', async () => {
    await using cal = await startForTest({ access_ttl_seconds: 1 });
    const { accessToken } = await cal.createUser('alice');
    await cal.control('POST', '/clock', { advance_seconds: 10 });
    await cal.control('POST', '/faults', { fault: { status: 500 }, times: null });
    assert.equal((await cal.control('POST', '/reset')).status, 204);
    const { json } = await cal.control('GET', '/state');
    assert.deepEqual(json.tokens, []);
    assert.deepEqual(
      json.accounts.map(({ email }: any) => email),
      [
        'owner@example.org',
        'outsider@example.org',
        'other-owner@example.org',
        `taken+${CLIENT_ID}@example.com`,
        `occupied+${CLIENT_ID}@example.com`,
        'ben@example.org',
        'alma@example.org',
      ],
    );
    assert.equal((await cal.control('GET', '/clock')).json.offset_seconds, 0);
    assert.equal((await cal.control('GET', '/settings')).json.access_ttl_seconds, 3600);
    assert.deepEqual((await cal.control('GET', '/faults')).json, []);
    assert.deepEqual((await cal.control('GET', '/journal')).json, []);
    assert.equal((await cal.check(accessToken)).status, 401);
  });
});

describe('an unknown control path', () => {
  it('is a 404 that tells what there is', async () => {
    await using cal = await startForTest();
    const { status, json } = await cal.control('GET', '/nonsense');
    assert.equal(status, 404);
    assert.match(json.message, /GET and DELETE journal/);
  });
});
