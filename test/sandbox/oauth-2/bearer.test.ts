import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PUBLIC_CLIENT, startForTest } from '../../support/sandbox/test-oauth-2.ts';

describe('the userinfo', () => {
  it('tells whose a live access token is', async () => {
    await using server = await startForTest();
    const { access_token } = await server.link({ sub: 'alice', email: 'alice@example.org' });
    const { status, json, headers } = await server.userinfo(access_token);
    assert.deepEqual([status, json], [200, { sub: 'alice', email: 'alice@example.org', name: 'alice' }]);
    assert.equal(headers.get('cache-control'), 'no-store');
    const lowerCase = await server.send('GET', '/userinfo', { authorization: `bearer ${access_token}` });
    assert.equal(lowerCase.status, 200);
  });

  it('refuses anything else with the challenge of RFC 6750', async () => {
    await using server = await startForTest({ access_ttl_seconds: 60 });
    const { sub, access_token, refresh_token } = await server.link();
    const purged = await server.link();
    await server.control('POST', '/tokens/purge', { access_token: purged.access_token });
    await server.advance(59);
    assert.equal((await server.userinfo(access_token)).status, 200);
    await server.advance(1);
    for (const dead of ['unknown', refresh_token, access_token, purged.access_token]) {
      const { status, headers, json } = await server.userinfo(dead);
      assert.deepEqual([status, json.error], [401, 'invalid_token']);
      assert.equal(headers.get('www-authenticate'), 'Bearer error="invalid_token"');
    }
    assert.equal(await server.fateOf(sub, access_token), 'expired');
    assert.equal(await server.fateOf(purged.sub, purged.access_token), 'purged');
    const without = await server.send('GET', '/userinfo');
    assert.deepEqual([without.status, without.headers.get('www-authenticate')], [401, 'Bearer']);
  });
});

describe('the revocation', () => {
  it('of a refresh token ends its family, and nobody else', async () => {
    await using server = await startForTest();
    const alice = await server.link({ sub: 'alice' });
    const elsewhere = await server.link({ sub: 'alice' });
    const before = (await server.refresh(alice.refresh_token)).json;
    await server.control('POST', '/tokens/expire', { access_token: before.access_token });
    const { json } = await server.refresh(before.refresh_token);
    const { status, text } = await server.post('/revoke', { token: json.refresh_token });
    assert.deepEqual([status, text], [200, '']);
    for (const token of [alice.access_token, json.access_token, json.refresh_token]) {
      assert.equal(await server.fateOf('alice', token), 'revoked');
    }
    assert.equal(await server.fateOf('alice', alice.refresh_token), 'rotated');
    assert.equal(await server.fateOf('alice', before.access_token), 'expired');
    assert.equal((await server.refresh(json.refresh_token)).json.error, 'invalid_grant');
    const { families, live_refresh_tokens, reuse_attempts } = await server.account('alice');
    assert.deepEqual(
      families.map(({ ended }: any) => ended),
      ['revoked', null],
    );
    assert.deepEqual(live_refresh_tokens, [elsewhere.refresh_token]);
    assert.equal(reuse_attempts, 0, 'a revoked token was not spent');
  });

  it('of an access token ends that one alone', async () => {
    await using server = await startForTest();
    const { sub, access_token, refresh_token } = await server.link();
    const hinted = { token: access_token, token_type_hint: 'refresh_token' };
    assert.equal((await server.post('/revoke', hinted)).status, 200);
    assert.equal((await server.userinfo(access_token)).status, 401);
    assert.equal(await server.fateOf(sub, access_token), 'revoked');
    assert.equal((await server.refresh(refresh_token)).status, 200);
  });

  it('of a token that is unknown or dead is no error and does nothing', async () => {
    await using server = await startForTest({ refresh_ttl_seconds: 10 });
    const { sub, refresh_token } = await server.link();
    const { json } = await server.refresh(refresh_token);
    for (const token of ['unknown', refresh_token]) {
      assert.equal((await server.post('/revoke', { token })).status, 200);
    }
    assert.equal(await server.fateOf(sub, json.refresh_token), 'live');
    await server.advance(10);
    assert.equal((await server.post('/revoke', { token: json.refresh_token })).status, 200);
    assert.equal(await server.fateOf(sub, json.refresh_token), 'expired');
  });

  it('needs the client that the token was issued to, and a token', async () => {
    await using server = await startForTest();
    const { sub, refresh_token } = await server.link();
    const other = await server.post('/revoke', { client_id: PUBLIC_CLIENT, token: refresh_token });
    assert.deepEqual([other.status, other.json.error], [400, 'invalid_grant']);
    const wrong = await server.post('/revoke', {
      client_id: 'sandbox-oauth2-client',
      client_secret: 'wrong',
      token: refresh_token,
    });
    assert.deepEqual([wrong.status, wrong.json.error], [401, 'invalid_client']);
    const without = await server.post('/revoke', {});
    assert.deepEqual([without.status, without.json.error], [400, 'invalid_request']);
    assert.equal(await server.fateOf(sub, refresh_token), 'live');
  });

  it('takes its parameters in the form that the setting body names', async () => {
    await using server = await startForTest({ body: 'json' });
    const { refresh_token } = await server.link();
    const refused = await server.post('/revoke', { token: refresh_token });
    assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_request']);
  });
});
