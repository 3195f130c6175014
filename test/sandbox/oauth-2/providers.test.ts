import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, startForTest } from '../../support/sandbox/test-oauth-2.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const WITH_SECRET = { client_id: CLIENT.id, client_secret: CLIENT.secret };

function refresh(token: string, more: Record<string, string> = WITH_SECRET): string {
  return new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, ...more }).toString();
}

describe('the OAuth 2 server as another provider', () => {
  it('is as at the start but for what the provider’s traits name', async () => {
    await using server = await startForTest({ on_reuse: 'revoke_family' });
    const { json: played } = await server.control('PUT', '/provider', { name: 'zoom' });
    assert.deepEqual([played.client_auth, played.on_reuse], ['basic', 'reject']);
    const refused = await server.control('PUT', '/provider', { name: 'nobody' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /name: accepts calendly, google/);
  });

  it('refuses with a status, and with members of the provider’s own', async () => {
    await using server = await startForTest();
    const cases = [
      ['github-app', 200, { error: 'bad_refresh_token' }],
      ['atlassian', 403, { error: 'invalid_grant' }],
      ['hubspot', 400, { status: 'BAD_REFRESH_TOKEN' }],
      ['zoho', 200, { error: 'invalid_code' }],
    ] as const;
    for (const [name, status, told] of cases) {
      await server.control('PUT', '/provider', { name });
      const isJson = name === 'atlassian';
      const body = isJson
        ? JSON.stringify({ grant_type: 'refresh_token', refresh_token: 'none', ...WITH_SECRET })
        : refresh('none');
      const headers = { ...(isJson ? { 'content-type': 'application/json' } : FORM), accept: 'application/json' };
      const answer = await server.send('POST', '/token', headers, body);
      assert.equal(answer.status, status, name);
      assert.partialDeepStrictEqual(answer.json, told);
    }
    assert.equal((await server.send('POST', '/token', FORM, refresh('none', { client_id: CLIENT.id }))).status, 200);
  });

  it('answers in a form unless JSON is accepted', async () => {
    await using server = await startForTest();
    await server.control('PUT', '/provider', { name: 'github-app' });
    const { refresh_token: first } = await server.link({ sub: 'alice' });
    const answer = await server.send('POST', '/token', { ...FORM, accept: '*/*' }, refresh(first));
    assert.match(answer.headers.get('content-type') ?? '', /form-urlencoded/);
    const fields = new URLSearchParams(answer.text);
    assert.match(fields.get('access_token') ?? '', /^sandbox_access_/);
    const json = { ...FORM, accept: 'application/json' };
    const again = await server.send('POST', '/token', json, refresh(fields.get('refresh_token') ?? ''));
    assert.equal(again.json.token_type, 'bearer');
  });

  it('describes accounts and adds members as the provider does', async () => {
    await using server = await startForTest();
    await server.control('PUT', '/provider', { name: 'slack' });
    const { refresh_token: token } = await server.link({ sub: 'alice' });
    const { json } = await server.refresh(token);
    assert.partialDeepStrictEqual(json, { token_type: 'bot', team: { id: 'T-alice' }, authed_user: { id: 'U-alice' } });
    await server.set({ tokens_under: 'authed_user_tokens', rotation: 'never' });
    const nested = (await server.refresh(json.refresh_token)).json;
    assert.match(nested.authed_user_tokens.access_token, /^sandbox_access_/);
    assert.equal(nested.access_token, undefined);

    await server.control('PUT', '/provider', { name: 'dropbox' });
    const bearer = { authorization: `Bearer ${(await server.link({ sub: 'bob' })).access_token}` };
    assert.equal((await server.send('GET', '/userinfo', bearer)).status, 405);
    assert.equal((await server.send('POST', '/userinfo', bearer)).json.account_id, 'dbid:bob');
  });

  it('wants headers, and adds parameters to the redirect and an ID token to the answer', async () => {
    await using server = await startForTest({ required_headers: { 'notion-version': '1' } });
    const { refresh_token: token } = await server.link({ sub: 'alice' });
    assert.equal((await server.refresh(token)).status, 400);
    await server.set({ required_headers: {}, id_token_claims: { realmid: '91', email: '{email}' } });
    const { json } = await server.refresh(token);
    const payload = Buffer.from(String(json.id_token).split('.')[1] ?? '', 'base64url').toString();
    assert.partialDeepStrictEqual(JSON.parse(payload), {
      sub: 'alice',
      aud: CLIENT.id,
      realmid: '91',
      email: 'alice@example.com',
    });
  });

  it('takes HTTP Basic unencoded, or with the id in the body besides', async () => {
    await using server = await startForTest({ client_auth: 'basic_plain' });
    const { refresh_token: token } = await server.link({ sub: 'alice' });
    const basic = (text: string) => ({ ...FORM, authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    const plain = basic(`${CLIENT.id}:${CLIENT.secret}`);
    const first = await server.send('POST', '/token', plain, refresh(token, {}));
    assert.equal(first.status, 200, first.text);
    await server.set({ client_auth: 'basic_and_id' });
    const next = String(first.json.refresh_token);
    assert.equal((await server.send('POST', '/token', plain, refresh(next, {}))).status, 401);
    assert.equal((await server.send('POST', '/token', plain, refresh(next, { client_id: CLIENT.id }))).status, 200);
  });

  it('refuses to revoke what is unknown, where the provider does', async () => {
    await using server = await startForTest();
    assert.equal((await server.post('/revoke', { token: 'none' })).status, 200);
    await server.set({ revoke_unknown_token: 'refuse' });
    const { status, json } = await server.post('/revoke', { token: 'none' });
    assert.deepEqual([status, json.error], [400, 'invalid_token']);
  });
});
