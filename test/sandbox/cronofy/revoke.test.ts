import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, OTHER_CLIENT, startForTest } from '../../support/sandbox/test-cronofy.ts';

describe('the revocation at the fake Cronofy', () => {
  for (const by of ['refresh_token', 'access_token', 'sub'] as const) {
    it(`by ${by} ends the whole authorization, and nobody else's`, async () => {
      await using server = await startForTest({ rotation: 'never' });
      const alice = await server.link();
      const elsewhere = await server.link({ sub: alice.sub, client_id: OTHER_CLIENT.client_id });
      const bob = await server.link();
      const { json } = await server.refresh(alice.refresh_token);
      const fields = by === 'sub' ? { sub: alice.sub } : { token: alice[by] };
      const { status, text, headers } = await server.post('/oauth/token/revoke', fields);
      assert.deepEqual([status, text], [200, '']);
      // Some OAuth clients take an empty body for a failure when it is not labelled.
      assert.match(headers.get('content-type') ?? '', /^application\/json/);
      for (const token of [alice.access_token, alice.refresh_token, json.access_token]) {
        assert.equal(await server.fateOf(alice.sub, token), 'revoked');
      }
      assert.equal((await server.refresh(alice.refresh_token)).json.error, 'invalid_grant');
      assert.equal((await server.v1('/account', elsewhere.access_token)).status, 200);
      assert.equal((await server.refresh(bob.refresh_token)).status, 200);
    });
  }

  it('prefers the token to the sub', async () => {
    await using server = await startForTest();
    const [alice, bob] = [await server.link(), await server.link()];
    await server.post('/oauth/token/revoke', { token: alice.refresh_token, sub: bob.sub });
    assert.equal(await server.fateOf(alice.sub, alice.refresh_token), 'revoked');
    assert.equal(await server.fateOf(bob.sub, bob.refresh_token), 'live');
    await server.post('/oauth/token/revoke', { token: 'unknown', sub: bob.sub });
    assert.equal(await server.fateOf(bob.sub, bob.refresh_token), 'live');
  });

  it("takes what is unknown, dead or another client's for done, and does nothing", async () => {
    await using server = await startForTest({ rotation: 'always', access_ttl_seconds: 10 });
    const alice = await server.link();
    const { json } = await server.refresh(alice.refresh_token);
    await server.advance(10);
    const others = { ...OTHER_CLIENT, token: json.refresh_token };
    const nothing = [
      { token: 'unknown' },
      { sub: 'unknown' },
      { token: alice.refresh_token },
      { token: json.access_token },
      others,
      { ...OTHER_CLIENT, sub: alice.sub },
    ];
    for (const fields of nothing) assert.equal((await server.post('/oauth/token/revoke', fields)).status, 200);
    assert.equal(await server.fateOf(alice.sub, json.refresh_token), 'live');
  });

  it('needs the client', async () => {
    await using server = await startForTest();
    const { sub, refresh_token } = await server.link();
    const wrong = { client_id: CLIENT.client_id, client_secret: 'wrong', token: refresh_token };
    const { status, text } = await server.post('/oauth/token/revoke', wrong);
    assert.deepEqual([status, text], [400, '{"error":"invalid_client"}']);
    assert.equal(await server.fateOf(sub, refresh_token), 'live');
  });

  const readings: [setting: string | undefined, status: number, fate: string][] = [
    [undefined, 400, 'live'],
    ['refuse', 400, 'live'],
    ['ignore', 200, 'live'],
    ['accept', 200, 'revoked'],
  ];
  for (const [setting, expected, fate] of readings) {
    it(`without token and sub is answered as the setting says: ${setting}`, async () => {
      await using server = await startForTest(setting === undefined ? {} : { revoke_without_token: setting });
      const { sub, refresh_token } = await server.link();
      const { status, text } = await server.post('/oauth/token/revoke', { refresh_token });
      assert.deepEqual([status, text], [expected, expected === 400 ? '{"error":"invalid_request"}' : '']);
      assert.equal(await server.fateOf(sub, refresh_token), fate);
      const named = await server.post('/oauth/token/revoke', { refresh_token, token: 'unknown' });
      assert.equal(named.status, 200);
      assert.equal(await server.fateOf(sub, refresh_token), fate, 'a token that is named is the one that is meant');
    });
  }

  it('is mended by a new consent, which begins anew', async () => {
    await using server = await startForTest();
    const { sub, refresh_token } = await server.link();
    await server.post('/oauth/token/revoke', { token: refresh_token });
    const again = await server.link({ sub });
    assert.notEqual(again.refresh_token, refresh_token);
    assert.equal((await server.refresh(again.refresh_token)).status, 200);
    const { authorizations } = await server.account(sub);
    assert.deepEqual(
      authorizations.map(({ ended }: any) => ended),
      ['revoked', null],
    );
  });
});
