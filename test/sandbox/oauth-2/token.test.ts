import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CLIENT,
  PUBLIC_CLIENT,
  startForTest,
  type Answer,
  type TestOAuth2,
} from '../../support/sandbox/test-oauth-2.ts';

const ODD_CLIENT = { id: 'sandbox-oauth2:odd client', secret: 'odd+secret:100%/ü' };
const SCOPE = 'openid email profile offline_access';

const formEncoded = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length);
const basic = (id: string, secret: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`,
});
const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

function isRefused(answer: Answer, status: number, error: string): void {
  assert.deepEqual([answer.status, answer.json?.error], [status, error], answer.text);
  assert.equal(typeof answer.json.error_description, 'string');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.equal(answer.headers.get('pragma'), 'no-cache');
}

/** Refreshes with every field named by the caller. */
const bare = (server: TestOAuth2, token: string, fields: object, headers: Record<string, string> = form) =>
  server.send(
    'POST',
    '/token',
    headers,
    new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, ...fields }).toString(),
  );

describe('the token answer', () => {
  it('is that of RFC 6749 section 5.1 and not to be stored', async () => {
    await using server = await startForTest({ access_ttl_seconds: 1800 });
    const { sub, access_token, refresh_token } = await server.link();
    const { status, headers, json: body } = await server.refresh(refresh_token);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('pragma'), 'no-cache');
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope']);
    assert.deepEqual([body.token_type, body.expires_in, body.scope], ['Bearer', 1800, SCOPE]);
    assert.ok(![access_token, refresh_token].includes(body.access_token));
    assert.notEqual(body.refresh_token, refresh_token);
    const told = await server.account(sub);
    assert.deepEqual(told.live_access_tokens, [access_token, body.access_token]);
    assert.deepEqual(told.live_refresh_tokens, [body.refresh_token]);
    assert.equal(told.refreshes, 1);
  });

  it('says nothing of expiry when expires_in_in_answer is false', async () => {
    await using server = await startForTest({ expires_in_in_answer: false, access_ttl_seconds: 10 });
    const { refresh_token } = await server.link();
    const { json: body } = await server.refresh(refresh_token);
    assert.deepEqual(Object.keys(body), ['access_token', 'token_type', 'refresh_token', 'scope']);
    await server.advance(10);
    assert.equal((await server.userinfo(body.access_token)).status, 401, 'the token ends all the same');
  });

  it('narrows the scope of the access token when asked, and never widens it', async () => {
    await using server = await startForTest();
    const { refresh_token } = await server.link();
    const narrow = await bare(server, refresh_token, {
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      scope: 'openid email',
    });
    assert.deepEqual([narrow.status, narrow.json.scope], [200, 'openid email']);
    const wide = await server.post('/token', {
      grant_type: 'refresh_token',
      refresh_token: narrow.json.refresh_token,
      scope: 'openid admin',
    });
    isRefused(wide, 400, 'invalid_scope');
    assert.equal((await server.refresh(narrow.json.refresh_token)).json.scope, SCOPE);
  });
});

describe('a malformed request', () => {
  it('is an invalid_request and spends nothing', async () => {
    await using server = await startForTest();
    const { sub, refresh_token } = await server.link();
    const named = `client_id=${CLIENT.id}&client_secret=${CLIENT.secret}`;
    const refreshing = `grant_type=refresh_token&refresh_token=${refresh_token}`;
    const malformed: [headers: Record<string, string>, body: string][] = [
      [form, ''],
      [form, named],
      [form, `${named}&grant_type=refresh_token`],
      [form, `${named}&grant_type=refresh_token&refresh_token=`],
      [form, `${named}&grant_type=&refresh_token=${refresh_token}`],
      [form, `${named}&${refreshing}&refresh_token=${refresh_token}`],
      [form, refreshing],
      [{ ...form, ...basic(CLIENT.id, CLIENT.secret) }, `${named}&${refreshing}`],
      [{ ...form, ...basic(CLIENT.id, CLIENT.secret) }, `client_id=${PUBLIC_CLIENT}&${refreshing}`],
      [{ 'content-type': 'text/plain' }, `${named}&${refreshing}`],
      [json, `${named}&${refreshing}`],
      [json, '[]'],
      [json, 'null'],
      [json, JSON.stringify({ client_id: CLIENT.id, client_secret: 5 })],
    ];
    for (const [headers, body] of malformed) {
      isRefused(await server.send('POST', '/token', headers, body), 400, 'invalid_request');
    }
    assert.equal((await server.account(sub)).refreshes, 0);
    assert.equal((await server.refresh(refresh_token)).status, 200);
  });

  it('with a grant type that there is not is an unsupported_grant_type', async () => {
    await using server = await startForTest();
    isRefused(await server.post('/token', { grant_type: 'password' }), 400, 'unsupported_grant_type');
  });

  it('to somewhere else is a 404 that tells what there is', async () => {
    await using server = await startForTest();
    for (const [method, path] of [
      ['GET', '/token'],
      ['POST', '/nowhere'],
    ] as const) {
      const { status, text } = await server.send(method, path);
      assert.equal(status, 404);
      assert.match(text, /POST \/token/);
    }
  });
});

describe('the setting body', () => {
  const accepted = [
    ['any', 200, 200],
    ['form', 200, 400],
    ['json', 400, 200],
  ] as const;
  for (const [body, asForm, asJson] of accepted) {
    it(`${body} takes ${asForm === 200 ? 'forms' : 'no forms'} and ${asJson === 200 ? 'JSON' : 'no JSON'}`, async () => {
      await using server = await startForTest({ body });
      const fields = { grant_type: 'refresh_token', client_id: CLIENT.id, client_secret: CLIENT.secret };
      for (const [type, status] of [
        ['application/x-www-form-urlencoded; charset=utf-8', asForm],
        ['Application/JSON', asJson],
      ] as const) {
        const { sub, refresh_token } = await server.link();
        const all = { ...fields, refresh_token };
        const text = /json/i.test(type) ? JSON.stringify(all) : new URLSearchParams(all).toString();
        const answer = await server.send('POST', '/token', { 'content-type': type }, text);
        if (status === 400) isRefused(answer, 400, 'invalid_request');
        assert.equal(answer.status, status);
        assert.equal((await server.account(sub)).refreshes, status === 200 ? 1 : 0);
      }
    });
  }
});

describe('client authentication', () => {
  const methods = {
    body: (server: TestOAuth2, token: string) =>
      bare(server, token, { client_id: CLIENT.id, client_secret: CLIENT.secret }),
    basic: (server: TestOAuth2, token: string) =>
      bare(server, token, {}, { ...form, ...basic(CLIENT.id, CLIENT.secret) }),
    none: (server: TestOAuth2, token: string) => bare(server, token, { client_id: CLIENT.id }),
  };
  const accepted = { any: ['body', 'basic'], body: ['body'], basic: ['basic'], none: ['none'] };
  for (const [client_auth, taken] of Object.entries(accepted)) {
    for (const [method, refreshWith] of Object.entries(methods)) {
      const isTaken = taken.includes(method);
      it(`${client_auth} ${isTaken ? 'takes' : 'refuses'} ${method}`, async () => {
        await using server = await startForTest({ client_auth });
        const { sub, refresh_token } = await server.link();
        const answer = await refreshWith(server, refresh_token);
        if (isTaken) assert.equal(answer.status, 200, answer.text);
        else isRefused(answer, 401, 'invalid_client');
        assert.equal((await server.account(sub)).refreshes, isTaken ? 1 : 0);
      });
    }
  }

  it('refuses wrong secrets and unknown clients, with a challenge where HTTP Basic was used', async () => {
    await using server = await startForTest();
    const { sub, refresh_token } = await server.link();
    for (const fields of [
      { client_id: CLIENT.id, client_secret: 'wrong' },
      { client_id: 'nobody', client_secret: CLIENT.secret },
    ]) {
      const answer = await bare(server, refresh_token, fields);
      isRefused(answer, 401, 'invalid_client');
      assert.equal(answer.headers.get('www-authenticate'), null);
    }
    for (const headers of [
      basic(CLIENT.id, 'wrong'),
      basic('nobody', CLIENT.secret),
      { authorization: `Basic ${Buffer.from('no colon').toString('base64')}` },
      { authorization: `Basic ${Buffer.from('%zz:x').toString('base64')}` },
      { authorization: 'Bearer x' },
    ]) {
      const answer = await bare(server, refresh_token, {}, { ...form, ...headers });
      isRefused(answer, 401, 'invalid_client');
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
    }
    assert.equal(await server.fateOf(sub, refresh_token), 'live');
  });

  it('refuses with 400 and no challenge when invalid_client_status says so', async () => {
    await using server = await startForTest({ invalid_client_status: 400 });
    const answer = await bare(server, 'x', {}, { ...form, ...basic(CLIENT.id, 'wrong') });
    isRefused(answer, 400, 'invalid_client');
    assert.equal(answer.headers.get('www-authenticate'), null);
  });

  it('takes a public client by its id alone, whatever client_auth says, and no secret from it', async () => {
    await using server = await startForTest();
    for (const client_auth of ['any', 'body', 'basic', 'none']) {
      await server.set({ client_auth });
      const { refresh_token } = await server.link({ client_id: PUBLIC_CLIENT });
      const named = await bare(server, refresh_token, { client_id: PUBLIC_CLIENT });
      assert.equal(named.status, 200, client_auth);
      const token = named.json.refresh_token;
      isRefused(await bare(server, token, { client_id: PUBLIC_CLIENT, client_secret: 'x' }), 401, 'invalid_client');
      const byHeader = await bare(server, token, {}, { ...form, ...basic(PUBLIC_CLIENT, '') });
      isRefused(byHeader, 401, 'invalid_client');
    }
  });

  it('by HTTP Basic takes id and secret as forms encode them, and only so', async () => {
    await using server = await startForTest();
    const { id, secret } = ODD_CLIENT;
    const { refresh_token } = await server.link({ client_id: id });
    const raw = { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
    isRefused(await bare(server, refresh_token, {}, { ...form, ...raw }), 401, 'invalid_client');
    assert.equal((await bare(server, refresh_token, {}, { ...form, ...basic(id, secret) })).status, 200);
  });
});

describe('a refresh token', () => {
  it('that is unknown, an access token, or of another client is an invalid_grant and no reuse', async () => {
    await using server = await startForTest();
    const { sub, access_token, refresh_token } = await server.link();
    isRefused(await server.refresh('unknown'), 400, 'invalid_grant');
    isRefused(await server.refresh(access_token), 400, 'invalid_grant');
    isRefused(await bare(server, refresh_token, { client_id: PUBLIC_CLIENT }), 400, 'invalid_grant');
    const told = await server.account(sub);
    assert.deepEqual([told.refreshes, told.reuse_attempts], [0, 0]);
    assert.deepEqual(told.live_refresh_tokens, [refresh_token]);
  });

  it('never ends by itself unless refresh_ttl_seconds says when', async () => {
    await using server = await startForTest();
    const endless = await server.link();
    await server.set({ refresh_ttl_seconds: 100 });
    const ending = await server.link();
    const timely = await server.link();
    await server.advance(99);
    const last = await server.refresh(timely.refresh_token);
    assert.equal(last.status, 200);
    await server.advance(1);
    isRefused(await server.refresh(ending.refresh_token), 400, 'invalid_grant');
    assert.equal(await server.fateOf(ending.sub, ending.refresh_token), 'expired');
    assert.equal((await server.account(ending.sub)).reuse_attempts, 0);
    assert.equal((await server.refresh(last.json.refresh_token)).status, 200, 'a new one has a life of its own');
    await server.advance(1e9);
    assert.equal((await server.refresh(endless.refresh_token)).status, 200);
  });

  it('that was purged is an invalid_grant and no reuse', async () => {
    await using server = await startForTest({ on_reuse: 'revoke_family' });
    const { sub, access_token, refresh_token } = await server.link();
    await server.control('POST', '/tokens/purge', { refresh_token });
    isRefused(await server.refresh(refresh_token), 400, 'invalid_grant');
    assert.equal(await server.fateOf(sub, refresh_token), 'purged');
    assert.equal((await server.account(sub)).reuse_attempts, 0);
    assert.equal((await server.userinfo(access_token)).status, 200);
  });
});
