import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenOf } from '../../../support/service/answer.ts';
import { effort, NOT_IN_SMOKE } from '../../../support/effort.ts';
import { startPostgresPair, type PostgresPair } from './postgres-pair.ts';
import { arrived, newScene, until, untilServed, type Scene } from '../../../support/scene.ts';

const RUNS = effort({ smoke: 1, proofs: 1, long: 20 });
const MANY = effort({ smoke: 4, proofs: 20, long: 20 });
/** Refreshed on the primary just before it ends, then those whose calls are under way, then those nobody asks for until after. */
const USERS = {
  touched: namesOf('touched', MANY),
  inHand: namesOf('inhand', 2 * MANY),
  untouched: namesOf('untouched', 4 * MANY),
};

function namesOf(what: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${what}-${n}`);
}

describe('after a failover to a standby that lacks the last commits', () => {
  for (let run = 1; run <= RUNS; run += 1) {
    it(`no grant is lost that it knew and nobody touched, and every answer in hand is stored (${run})`, async (context) => {
      await using pair = await startPostgresPair();
      await using scene = await sceneOn(pair);
      await pair.cutOff();
      await failOverMidHerd(scene, pair);

      assert.equal(await scene.sandbox.count('force-refresh'), 0, 'nobody of these has lost anything');
      for (const subject of [...USERS.inHand, ...USERS.untouched]) await assertHonoured(scene, subject);
      assert.equal(await scene.sandbox.count('force-refresh'), 0);
      for (const subject of USERS.touched) await assertHonoured(scene, subject);
      assert.deepEqual(await repairs(scene), [
        { type: 'grant.recovered', reason: 'reverted', n: USERS.touched.length },
      ]);
      context.diagnostic(`${await scene.sandbox.count('refresh')} refreshes`);
    });
  }
});

describe('after a failover to a standby that has all that was acknowledged', { skip: NOT_IN_SMOKE }, () => {
  for (let run = 1; run <= RUNS; run += 1) {
    it(`no grant is lost, and every answer in hand is stored (${run})`, async (context) => {
      await using pair = await startPostgresPair();
      await using scene = await sceneOn(pair);
      await pair.synchronize();
      await failOverMidHerd(scene, pair);

      for (const subject of [...USERS.touched, ...USERS.inHand, ...USERS.untouched]) {
        await assertHonoured(scene, subject);
      }
      assert.equal(await scene.sandbox.count('force-refresh'), 0);
      assert.deepEqual(await repairs(scene), []);
      context.diagnostic(`${await scene.sandbox.count('refresh')} refreshes`);
    });
  }
});

/** Two services on both hosts of the pair, whose users all have a grant that the standby knows. */
async function sceneOn(pair: PostgresPair): Promise<Scene> {
  const hosts = `127.0.0.1:${pair.primaryPort},127.0.0.1:${pair.standbyPort}`;
  const scene = await newScene({
    instances: 2,
    postgres: {
      url: `postgres://postgres:password@${hosts}/postgres?target_session_attrs=read-write`,
      directUrl: pair.url(pair.standbyPort),
    },
    env: { EVERGRANT_UPKEEP_SHARE: '0' },
  });
  const all = [...USERS.touched, ...USERS.inHand, ...USERS.untouched];
  for (let from = 0; from < all.length; from += 20) await Promise.all(all.slice(from, from + 20).map(served(scene)));
  await until(
    async () => (await scene.rows('select 1 from credentials')).length === all.length,
    'the standby has it all',
  );
  return scene;
}

/** Ends the primary while calls are under way, renews the untouched, and waits until every answer in hand is stored. */
async function failOverMidHerd(scene: Scene, pair: PostgresPair): Promise<void> {
  await Promise.all(USERS.touched.map(served(scene, { force_refresh: true })));
  await scene.sandbox.control('PUT', '/settings', { latency_ms: 4_000 });
  const before = await scene.sandbox.count('refresh');
  const asked = Promise.all(
    USERS.inHand.map((subject, index) => scene.ask(index % 2, subject, { force_refresh: true })),
  );
  await arrived(scene.sandbox, 'refresh', before + USERS.inHand.length);
  await pair.failOver();
  await scene.sandbox.control('PUT', '/settings', { latency_ms: 0 });
  // Where the standby lacks the last commits, these take the numbers that the calls under way had.
  await Promise.all(USERS.untouched.map(served(scene, { force_refresh: true })));
  await asked;
  const stored = `select 1 from credentials c join connections k on k.grant_id = c.grant_id
    where k.subject like 'inhand-%' and c.exchange_id <> 1`;
  await until(
    async () => (await scene.rows(stored)).length === USERS.inHand.length,
    'every answer in hand is stored',
    90_000,
  );
}

/** What grants had to be repaired, as it is told. */
async function repairs(scene: Scene): Promise<object[]> {
  return scene.rows(
    'select type, reason, count(*)::int as n from events where reason is not null group by type, reason',
  );
}

/** Asks until there is a token. */
function served(scene: Scene, body: object = {}): (subject: string, index: number) => Promise<string> {
  return async (subject, index) => {
    const answer = await untilServed(() => scene.ask(index % 2, subject, body), 60_000);
    return tokenOf(answer).access_token;
  };
}

/** Both the token and what it is refreshed by are good. */
async function assertHonoured(scene: Scene, subject: string): Promise<void> {
  for (const body of [{}, { force_refresh: true }]) {
    const token = await served(scene, body)(subject, 0);
    assert.equal((await scene.sandbox.me(token)).status, 200, `${subject} ${JSON.stringify(body)}`);
  }
}
