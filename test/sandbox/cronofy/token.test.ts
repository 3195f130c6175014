import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, OTHER_CLIENT, startForTest, type Answer } from '../../support/sandbox/test-cronofy.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

function assertError({ status, text, headers }: Answer, error: string): void {
  assert.deepEqual([status, text], [400, JSON.stringify({ error })]);
  assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('www-authenticate'), null);
}

describe('a refresh at the fake Cronofy', () => {
  it('answers as Cronofy documents it, to JSON and to a form alike', async () => {
    await using server = await startForTest({ rotation: 'never', access_ttl_seconds: 7200 });
    const { access_token, refresh_token } = await server.link({ scope: 'create_event delete_event' });
    const fields = { ...CLIENT, grant_type: 'refresh_token', refresh_token };
    const answers = [
      await server.send('POST', '/oauth/token', { 'content-type': 'application/json' }, JSON.stringify(fields)),
      await server.send(
        'POST',
        '/oauth/token',
        { 'content-type': 'application/json; charset=utf-8' },
        JSON.stringify(fields),
      ),
      await server.send('POST', '/oauth/token', FORM, new URLSearchParams(fields).toString()),
    ];
    for (const { status, json, headers } of answers) {
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(json), ['token_type', 'access_token', 'expires_in', 'refresh_token', 'scope']);
      assert.match(json.access_token, /^[\x21-\x7e]{32}$/);
      assert.match(json.refresh_token, /^[\x21-\x7e]{32}$/);
      assert.deepEqual(
        [json.token_type, json.expires_in, json.refresh_token, json.scope],
        ['bearer', 7200, refresh_token, 'create_event delete_event'],
      );
      assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('pragma'), 'no-cache');
      assert.equal(headers.get('access-control-allow-origin'), null);
      assert.equal((await server.v1('/account', json.access_token)).status, 200);
    }
    const values = [access_token, ...answers.map(({ json }) => json.access_token)];
    assert.equal(new Set(values).size, 4, 'every access token is a new one');
    assert.equal((await server.v1('/account', access_token)).status, 200, 'the first one lives on');
  });

  it('looks neither at an Authorization header nor at fields it does not know', async () => {
    await using server = await startForTest({ rotation: 'never' });
    const { refresh_token } = await server.link();
    const fields = { grant_type: 'refresh_token', refresh_token, version: '1', code: null, extra: { a: 1 } };
    for (const authorization of ['Bearer undefined', 'Bearer None', 'Basic eDp5']) {
      assert.equal((await server.post('/oauth/token', fields, { authorization })).status, 200);
    }
  });

  it('takes the client from the body alone, and refuses a wrong one with a 400', async () => {
    await using server = await startForTest();
    const { refresh_token } = await server.link();
    const fields = { grant_type: 'refresh_token', refresh_token };
    const basic = Buffer.from(`${CLIENT.client_id}:${CLIENT.client_secret}`).toString('base64');
    const inHeader = { authorization: `Basic ${basic}` };
    const wrong: [object, Record<string, string>?][] = [
      [{ client_id: CLIENT.client_id, client_secret: 'wrong' }],
      [{ client_id: CLIENT.client_id }],
      [{ client_id: 'unknown', client_secret: CLIENT.client_secret }],
      [{ client_id: CLIENT.client_id, client_secret: OTHER_CLIENT.client_secret }],
      [{ client_id: '' }, inHeader],
    ];
    for (const [client, headers] of wrong) {
      assertError(await server.post('/oauth/token', { ...fields, ...client }, headers), 'invalid_client');
    }
    assert.equal((await server.refresh(refresh_token)).status, 200, 'the grant is none the worse for it');
  });

  it("refuses unknown tokens, access tokens and another client's", async () => {
    await using server = await startForTest({ rotation: 'never' });
    const { access_token, refresh_token } = await server.link();
    const others = await server.link({ client_id: OTHER_CLIENT.client_id });
    for (const token of ['unknown', access_token, others.refresh_token]) {
      assertError(await server.refresh(token), 'invalid_grant');
    }
    assert.equal((await server.refresh(refresh_token)).status, 200);
  });

  it('refuses what is malformed', async () => {
    await using server = await startForTest();
    const { refresh_token } = await server.link();
    const json = { 'content-type': 'application/json' };
    const form = new URLSearchParams({ ...CLIENT, grant_type: 'refresh_token', refresh_token }).toString();
    assertError(await server.send('POST', '/oauth/token', json, '{'), 'invalid_request');
    assertError(await server.send('POST', '/oauth/token', json, '[]'), 'invalid_request');
    assertError(await server.send('POST', '/oauth/token', { 'content-type': 'text/plain' }, form), 'invalid_request');
    assertError(await server.send('POST', '/oauth/token', FORM, `${form}&grant_type=x`), 'invalid_request');
    assertError(await server.post('/oauth/token', {}), 'invalid_request');
    assertError(await server.post('/oauth/token', { grant_type: 'refresh_token' }), 'invalid_request');
    assertError(
      await server.post('/oauth/token', { grant_type: 'refresh_token', refresh_token: 7 }),
      'invalid_request',
    );
    assertError(await server.post('/oauth/token', { grant_type: 'authorization_code' }), 'invalid_request');
    assertError(await server.post('/oauth/token', { grant_type: 'client_credentials' }), 'unsupported_grant_type');
  });

  it('gives tokens that end in time; refresh tokens do not', async () => {
    await using server = await startForTest({ access_ttl_seconds: 60, rotation: 'never' });
    const { sub, access_token, refresh_token } = await server.link();
    await server.advance(59);
    assert.equal((await server.v1('/account', access_token)).status, 200);
    await server.advance(1);
    assert.equal((await server.v1('/account', access_token)).status, 401);
    assert.equal(await server.fateOf(sub, access_token), 'expired');
    await server.advance(10 * 365 * 86_400);
    assert.equal((await server.refresh(refresh_token)).status, 200);
  });

  it('ends earlier access tokens where the setting says so', async () => {
    await using server = await startForTest({ refresh_ends_access_tokens: true, rotation: 'never' });
    const { sub, access_token, refresh_token } = await server.link();
    const { json } = await server.refresh(refresh_token);
    assert.equal(await server.fateOf(sub, access_token), 'superseded');
    assert.equal((await server.v1('/account', access_token)).status, 401);
    assert.equal((await server.v1('/account', json.access_token)).status, 200);
  });
});

describe('the rate limit of the fake Cronofy', () => {
  it('is 50 a second and 500 a minute for each application', async () => {
    await using server = await startForTest({ rate_limit_per_second: 50, rate_limit_per_minute: 500 });
    const { access_token } = await server.link();
    const other = await server.link({ client_id: OTHER_CLIENT.client_id });
    const { rate_limit_per_second, rate_limit_per_minute } = (await server.control('GET', '/settings')).json;
    assert.deepEqual([rate_limit_per_second, rate_limit_per_minute], [50, 500]);
    await server.set({ rate_limit_per_second: 3, rate_limit_per_minute: 5, retry_after: true });
    const statuses = async (times: number): Promise<number[]> => {
      const all: number[] = [];
      for (let i = 0; i < times; i++) all.push((await server.v1('/account', access_token)).status);
      return all;
    };
    // The sandbox's clock goes on by itself, so a second that had begun is over only after more than one.
    await server.advance(2);
    assert.deepEqual(await statuses(4), [200, 200, 200, 429]);
    const { status, text, headers } = await server.v1('/account', access_token);
    assert.deepEqual([status, text, headers.get('retry-after')], [429, '', '1']);
    assert.equal((await server.v1('/account', other.access_token)).status, 200);
    await server.advance(2);
    const minute = await server.v1('/account', access_token);
    assert.equal(minute.status, 429, 'refused requests count as well');
    assert.ok(Number(minute.headers.get('retry-after')) > 1);
    await server.advance(60);
    await server.set({ retry_after: false, rate_limit_per_second: 1 });
    assert.deepEqual(await statuses(2), [200, 429]);
    assert.equal((await server.v1('/account', access_token)).headers.get('retry-after'), null);
  });

  it('counts token requests, but no access token that is refused and no wrong client', async () => {
    await using server = await startForTest({ rate_limit_per_minute: 2, rotation: 'never' });
    const { refresh_token } = await server.link();
    for (let i = 0; i < 5; i++) {
      assert.equal((await server.v1('/account', 'unknown')).status, 401);
      assert.equal((await server.post('/oauth/token', { client_id: CLIENT.client_id })).status, 400);
    }
    assert.equal((await server.refresh(refresh_token)).status, 200);
    assert.equal((await server.refresh(refresh_token)).status, 200);
    assert.equal((await server.refresh(refresh_token)).status, 429);
  });
});
