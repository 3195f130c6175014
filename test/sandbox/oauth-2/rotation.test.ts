import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startForTest, type Answer, type LinkedAccount, type TestOAuth2 } from '../../support/sandbox/test-oauth-2.ts';

const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort();

/** What the oracle counted for an account, and which refresh tokens are live. */
async function counted(server: TestOAuth2, { sub }: LinkedAccount) {
  const { refreshes, reuse_attempts, live_refresh_tokens } = await server.account(sub);
  return { refreshes, reuse_attempts, live_refresh_tokens };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(5);
}

const journalLength = async (server: TestOAuth2): Promise<number> =>
  (await server.control('GET', '/journal')).json.length;

describe('the rotation', () => {
  it('always gives a new refresh token and spends the presented one', async () => {
    await using server = await startForTest();
    const alice = await server.link();
    const { json } = await server.refresh(alice.refresh_token);
    assert.deepEqual(await counted(server, alice), {
      refreshes: 1,
      reuse_attempts: 0,
      live_refresh_tokens: [json.refresh_token],
    });
    assert.equal(await server.fateOf(alice.sub, alice.refresh_token), 'rotated');
    assert.equal(await server.fateOf(alice.sub, alice.access_token), 'live');
  });

  it('never gives the same one back, or none when_rotated', async () => {
    await using server = await startForTest({ rotation: 'never' });
    const alice = await server.link();
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await server.refresh(alice.refresh_token)).json.refresh_token, alice.refresh_token);
    }
    await server.set({ refresh_token_in_answer: 'when_rotated' });
    const { status, json } = await server.refresh(alice.refresh_token);
    assert.deepEqual([status, 'refresh_token' in json], [200, false]);
    assert.deepEqual(await counted(server, alice), {
      refreshes: 4,
      reuse_attempts: 0,
      live_refresh_tokens: [alice.refresh_token],
    });
  });

  it('every:3 gives a new one with each third refresh, and when_rotated shows it only then', async () => {
    await using server = await startForTest({ rotation: 'every:3', refresh_token_in_answer: 'when_rotated' });
    const alice = await server.link();
    let current = alice.refresh_token;
    const shown: boolean[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const { json } = await server.refresh(current);
      shown.push('refresh_token' in json);
      current = json.refresh_token ?? current;
    }
    assert.deepEqual(shown, [false, false, true, false, false, true]);
    assert.deepEqual(await counted(server, alice), {
      refreshes: 6,
      reuse_attempts: 0,
      live_refresh_tokens: [current],
    });
  });

  it('ends earlier access tokens only when refresh_ends_access_tokens says so, and only those of the family', async () => {
    await using server = await startForTest();
    const alice = await server.link({ sub: 'alice' });
    const elsewhere = await server.link({ sub: 'alice' });
    const first = (await server.refresh(alice.refresh_token)).json;
    assert.equal((await server.userinfo(alice.access_token)).status, 200);
    await server.set({ refresh_ends_access_tokens: true });
    const second = (await server.refresh(first.refresh_token)).json;
    for (const ended of [alice.access_token, first.access_token]) {
      assert.equal((await server.userinfo(ended)).status, 401);
      assert.equal(await server.fateOf('alice', ended), 'superseded');
    }
    for (const live of [second.access_token, elsewhere.access_token]) {
      assert.equal((await server.userinfo(live)).status, 200);
    }
  });

  it('never leaves the refresh token alive where refresh_ends_access_tokens ends the others', async () => {
    await using server = await startForTest({ rotation: 'never', refresh_ends_access_tokens: true });
    const alice = await server.link();
    const { json } = await server.refresh(alice.refresh_token);
    const { live_access_tokens, live_refresh_tokens } = await server.account(alice.sub);
    assert.deepEqual([live_access_tokens, live_refresh_tokens], [[json.access_token], [alice.refresh_token]]);
  });
});

describe('a spent refresh token', () => {
  it('is refused and counted, and nothing else, when on_reuse is reject', async () => {
    await using server = await startForTest();
    const alice = await server.link();
    const { json } = await server.refresh(alice.refresh_token);
    for (let turn = 0; turn < 2; turn++) {
      const again = await server.refresh(alice.refresh_token);
      assert.deepEqual([again.status, again.json.error], [400, 'invalid_grant']);
    }
    assert.deepEqual(await counted(server, alice), {
      refreshes: 1,
      reuse_attempts: 2,
      live_refresh_tokens: [json.refresh_token],
    });
    assert.equal((await server.userinfo(json.access_token)).status, 200);
  });

  it('takes its whole family along, and nobody else, when on_reuse is revoke_family', async () => {
    await using server = await startForTest({ on_reuse: 'revoke_family' });
    const alice = await server.link({ sub: 'alice' });
    const elsewhere = await server.link({ sub: 'alice' });
    const bob = await server.link({ sub: 'bob' });
    const { json } = await server.refresh(alice.refresh_token);
    assert.equal((await server.refresh(alice.refresh_token)).json.error, 'invalid_grant');
    for (const token of [alice.access_token, json.access_token, json.refresh_token]) {
      assert.equal(await server.fateOf('alice', token), 'reused_family_revoked');
    }
    assert.equal((await server.userinfo(json.access_token)).status, 401);
    assert.equal((await server.refresh(json.refresh_token)).json.error, 'invalid_grant');
    const { families, refreshes, reuse_attempts } = await server.account('alice');
    assert.deepEqual(
      families.map(({ ended, refreshes: mine, reuse_attempts: reuses }: any) => [ended, mine, reuses]),
      [
        ['reused_family_revoked', 1, 1],
        [null, 0, 0],
      ],
    );
    assert.deepEqual([refreshes, reuse_attempts], [1, 1]);
    assert.equal((await server.refresh(elsewhere.refresh_token)).status, 200);
    assert.equal((await server.refresh(bob.refresh_token)).status, 200);
  });

  it('is taken again within grace_seconds, the latest pair being the only one', async () => {
    await using server = await startForTest({ on_reuse: 'grace', grace_seconds: 10 });
    const alice = await server.link();
    const first = (await server.refresh(alice.refresh_token)).json;
    const second = (await server.refresh(alice.refresh_token)).json;
    assert.equal(await server.fateOf(alice.sub, first.refresh_token), 'superseded');
    await server.advance(9);
    const third = (await server.refresh(alice.refresh_token)).json;
    for (const { access_token, refresh_token } of [first, second]) {
      assert.equal(await server.fateOf(alice.sub, refresh_token), 'superseded');
      assert.equal(await server.fateOf(alice.sub, access_token), 'superseded');
      assert.equal((await server.userinfo(access_token)).status, 401);
      assert.equal((await server.refresh(refresh_token)).json.error, 'invalid_grant');
    }
    assert.equal((await server.userinfo(alice.access_token)).status, 200, 'what came before is untouched');
    assert.deepEqual(await counted(server, alice), {
      refreshes: 3,
      reuse_attempts: 2,
      live_refresh_tokens: [third.refresh_token],
    });
    await server.advance(2);
    assert.equal((await server.refresh(alice.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.refresh(third.refresh_token)).status, 200);
    assert.equal((await counted(server, alice)).reuse_attempts, 3);
  });

  it('that is replayed supersedes the descendants of the pair it brought before', async () => {
    await using server = await startForTest({ on_reuse: 'grace', rotation: 'every:2' });
    const alice = await server.link();
    const unspent = (await server.refresh(alice.refresh_token)).json;
    const child = (await server.refresh(alice.refresh_token)).json;
    const grandchild = (await server.refresh(child.refresh_token)).json;
    const greatGrandchild = (await server.refresh(child.refresh_token)).json;
    const replayed = (await server.refresh(alice.refresh_token)).json;
    for (const { access_token } of [child, grandchild, greatGrandchild]) {
      assert.equal((await server.userinfo(access_token)).status, 401);
    }
    assert.equal((await server.userinfo(unspent.access_token)).status, 200, 'it was got without spending');
    assert.deepEqual(await counted(server, alice), {
      refreshes: 5,
      reuse_attempts: 1,
      live_refresh_tokens: [replayed.refresh_token],
    });
  });

  it('gets no grace once it has expired or its family was revoked', async () => {
    await using server = await startForTest({ on_reuse: 'grace', grace_seconds: 1000, refresh_ttl_seconds: 10 });
    const [alice, bob] = [await server.link(), await server.link()];
    const { json } = await server.refresh(alice.refresh_token);
    await server.post('/revoke', { token: json.refresh_token });
    assert.equal((await server.refresh(alice.refresh_token)).json.error, 'invalid_grant');
    await server.refresh(bob.refresh_token);
    await server.advance(10);
    assert.equal((await server.refresh(bob.refresh_token)).json.error, 'invalid_grant');
    assert.deepEqual((await counted(server, bob)).live_refresh_tokens, []);
  });
});

describe('a race', () => {
  it('that is serialized has one winner among fifty', async () => {
    await using server = await startForTest({ race_window_ms: 50 });
    const alice = await server.link();
    const answers = await Promise.all(Array.from({ length: 50 }, () => server.refresh(alice.refresh_token)));
    assert.deepEqual(statuses(answers), [200, ...Array.from({ length: 49 }, () => 400)]);
    const winner = answers.find(({ status }) => status === 200);
    assert.deepEqual(await counted(server, alice), {
      refreshes: 1,
      reuse_attempts: 49,
      live_refresh_tokens: [winner?.json.refresh_token],
    });
  });

  it('with check_then_rotate answers 200 to all that overlap, and only the pair committed last lives', async () => {
    await using server = await startForTest({ race: 'check_then_rotate', race_window_ms: 1500 });
    const alice = await server.link();
    const early = server.refresh(alice.refresh_token);
    await until(async () => (await journalLength(server)) === 1);
    const late = server.refresh(alice.refresh_token);
    const [first, second] = await Promise.all([early, late]);
    assert.deepEqual(statuses([first, second]), [200, 200]);
    assert.equal((await server.userinfo(first.json.access_token)).status, 401);
    assert.equal((await server.userinfo(second.json.access_token)).status, 200);
    assert.equal(await server.fateOf(alice.sub, first.json.refresh_token), 'superseded');
    assert.deepEqual(await counted(server, alice), {
      refreshes: 2,
      reuse_attempts: 0,
      live_refresh_tokens: [second.json.refresh_token],
    });
    assert.equal((await server.refresh(first.json.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.refresh(second.json.refresh_token)).status, 200);
  });

  it('with check_then_rotate is lost by whoever comes after the window', async () => {
    await using server = await startForTest({ race: 'check_then_rotate', race_window_ms: 20 });
    const alice = await server.link();
    const start = performance.now();
    const { json } = await server.refresh(alice.refresh_token);
    assert.ok(performance.now() - start >= 19);
    assert.equal((await server.refresh(alice.refresh_token)).json.error, 'invalid_grant');
    assert.deepEqual(await counted(server, alice), {
      refreshes: 1,
      reuse_attempts: 1,
      live_refresh_tokens: [json.refresh_token],
    });
  });

  it('brings no family back that was revoked, and no token that was purged or reset, within the window', async () => {
    const meanwhile: [string, (server: TestOAuth2, alice: LinkedAccount) => Promise<unknown>][] = [
      ['revoked', (server, { refresh_token }) => server.post('/revoke', { token: refresh_token })],
      ['purged', (server, { refresh_token }) => server.control('POST', '/tokens/purge', { refresh_token })],
      ['reset', (server) => server.control('POST', '/reset')],
    ];
    for (const [what, interfere] of meanwhile) {
      await using server = await startForTest({ race: 'check_then_rotate', race_window_ms: 1500 });
      const alice = await server.link();
      const pending = server.refresh(alice.refresh_token);
      await until(async () => (await journalLength(server)) === 1);
      await sleep(50);
      await interfere(server, alice);
      const { status, json } = await pending;
      assert.deepEqual([status, json.error], [400, 'invalid_grant'], what);
      if (what !== 'reset') assert.deepEqual((await counted(server, alice)).live_refresh_tokens, [], what);
    }
  });

  it('of two calls whose work waits latency_before_ms revokes the family where reuse does', async () => {
    await using server = await startForTest({ on_reuse: 'revoke_family', latency_before_ms: 1000 });
    const alice = await server.link();
    const pending = [server.refresh(alice.refresh_token), server.refresh(alice.refresh_token)];
    await until(async () => (await journalLength(server)) === 2);
    assert.equal(await server.fateOf(alice.sub, alice.refresh_token), 'live', 'the work is still to be done');
    const answers = await Promise.all(pending);
    assert.deepEqual(statuses(answers), [200, 400]);
    assert.deepEqual(await counted(server, alice), { refreshes: 1, reuse_attempts: 1, live_refresh_tokens: [] });
    const winner = answers.find(({ status }) => status === 200);
    assert.equal(await server.fateOf(alice.sub, winner?.json.access_token), 'reused_family_revoked');
  });
});
