import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startForTest, type TestCronofy } from '../../support/sandbox/test-cronofy.ts';

/** Refreshes with what came last, so many times; tells each time whether a new refresh token came. */
async function rotations(server: TestCronofy, refreshToken: string, times: number): Promise<boolean[]> {
  const seen: boolean[] = [];
  let current = refreshToken;
  for (let i = 0; i < times; i++) {
    const { json } = await server.refresh(current);
    seen.push(json.refresh_token !== current);
    current = json.refresh_token;
  }
  return seen;
}

describe('the rotation at the fake Cronofy', () => {
  const rhythms: [setting: object, expected: boolean[]][] = [
    [{}, [false, false, true, false, false, true]],
    [{ rotation: 'never' }, [false, false, false, false]],
    [{ rotation: 'always' }, [true, true, true]],
    [{ rotation: 'every:2' }, [false, true, false, true]],
  ];
  for (const [setting, expected] of rhythms) {
    it(`is now and then, or as told: ${JSON.stringify(setting)}`, async () => {
      await using server = await startForTest(setting);
      const { refresh_token } = await server.link();
      assert.deepEqual(await rotations(server, refresh_token, expected.length), expected);
    });
  }

  it('comes on command, once', async () => {
    await using server = await startForTest({ rotation: 'never' });
    const alice = await server.link();
    const bob = await server.link();
    const { json } = await server.control('POST', '/tokens/rotate', { sub: alice.sub });
    assert.deepEqual(json, { rotating: 1 });
    assert.deepEqual(await rotations(server, alice.refresh_token, 2), [true, false]);
    assert.deepEqual(await rotations(server, bob.refresh_token, 1), [false]);
    assert.deepEqual((await server.control('POST', '/tokens/rotate', { all: true })).json, { rotating: 2 });
    assert.deepEqual(await rotations(server, bob.refresh_token, 1), [true]);
    assert.equal((await server.control('POST', '/tokens/rotate', {})).status, 400);
  });

  it('ends the former refresh token at once, and nothing else', async () => {
    await using server = await startForTest({ rotation: 'always' });
    const { sub, refresh_token } = await server.link();
    const { json } = await server.refresh(refresh_token);
    const again = await server.refresh(refresh_token);
    assert.deepEqual([again.status, again.text], [400, '{"error":"invalid_grant"}']);
    const { live_refresh_tokens, dead_tokens, refreshes, reuse_attempts } = await server.account(sub);
    assert.deepEqual(live_refresh_tokens, [json.refresh_token]);
    assert.deepEqual(
      dead_tokens.map(({ token, kind, why }: any) => [token, kind, why]),
      [[refresh_token, 'refresh', 'rotated']],
    );
    assert.deepEqual([refreshes, reuse_attempts], [1, 1]);
    assert.equal((await server.v1('/account', json.access_token)).status, 200);
  });

  it('has the authorization end with a reuse where the setting says so', async () => {
    await using server = await startForTest({ rotation: 'always', on_reuse: 'revoke_family' });
    const { sub, refresh_token } = await server.link();
    const bystander = await server.link();
    const { json } = await server.refresh(refresh_token);
    assert.equal((await server.refresh(refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.refresh(json.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.v1('/account', json.access_token)).status, 401);
    assert.equal(await server.fateOf(sub, json.refresh_token), 'reused_family_revoked');
    assert.equal((await server.refresh(bystander.refresh_token)).status, 200);
    assert.equal((await server.account(sub)).authorizations[0].ended, 'reused_family_revoked');
  });

  it('is one step: of many refreshes at once with one token, one is answered', async () => {
    await using server = await startForTest({ rotation: 'always' });
    const { sub, refresh_token } = await server.link();
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.refresh(refresh_token)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal((await server.account(sub)).reuse_attempts, 19);
  });

  it('can be refused by new credentials, which end every token of the application', async () => {
    await using server = await startForTest({ rotation: 'never' });
    const { sub, access_token, refresh_token } = await server.link();
    const other = await server.link({ client_id: 'sandbox-cronofy-other-client' });
    const { json } = await server.control('POST', '/clients/sandbox-cronofy-client/reissue', { client_secret: 'new' });
    assert.deepEqual(json, { client_id: 'sandbox-cronofy-client', client_secret: 'new' });
    assert.equal((await server.refresh(refresh_token)).json.error, 'invalid_client');
    const now = {
      client_id: 'sandbox-cronofy-client',
      client_secret: 'new',
      grant_type: 'refresh_token',
      refresh_token,
    };
    assert.equal((await server.post('/oauth/token', now)).json.error, 'invalid_grant');
    assert.equal((await server.v1('/account', access_token)).status, 401);
    assert.equal(await server.fateOf(sub, refresh_token), 'credentials_reissued');
    assert.equal((await server.v1('/account', other.access_token)).status, 200);
  });
});
