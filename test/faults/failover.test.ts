import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tokenOf } from '../e2e/answer.ts';
import { runSql } from '../stores/run-sql.ts';
import { startPostgresPair } from './postgres-pair.ts';
import { arrived, IS_LONG, newScene, until, untilServed, type Scene } from './scene.ts';

const RUNS = IS_LONG ? 20 : 1;
/** Refreshed on the primary alone, then those whose calls are under way when it ends, then those nobody asks for until after. */
const USERS = { touched: 20, inHand: 40, untouched: 80 };

describe('after a failover to a standby that lacks the last commits', () => {
  for (let run = 1; run <= RUNS; run += 1) {
    it(`no grant is lost that it knew and nobody touched, and every answer in hand is stored (${run})`, async (context) => {
      await using pair = await startPostgresPair();
      const hosts = `127.0.0.1:${pair.primaryPort},127.0.0.1:${pair.standbyPort}`;
      await using scene = await newScene({
        instances: 2,
        postgres: {
          url: `postgres://postgres:password@${hosts}/postgres?target_session_attrs=read-write`,
          directUrl: pair.url(pair.standbyPort),
        },
        env: { EVERGRANT_UPKEEP_SHARE: '0' },
      });
      const names = (what: keyof typeof USERS) =>
        Array.from({ length: USERS[what] }, (_, n) => `${what.toLowerCase()}-${n}`);
      const [touched, inHand, untouched] = [names('touched'), names('inHand'), names('untouched')];
      const all = [...touched, ...inHand, ...untouched];
      for (let from = 0; from < all.length; from += 20)
        await Promise.all(all.slice(from, from + 20).map(served(scene)));
      await until(
        async () => (await scene.rows('select 1 from credentials')).length === all.length,
        'the standby has it all',
      );

      await pair.cutOff();
      await Promise.all(touched.map(served(scene, { force_refresh: true })));
      await scene.sandbox.control('PUT', '/settings', { latency_ms: 4_000 });
      const before = await scene.sandbox.count('refresh');
      const asked = Promise.all(inHand.map((subject, index) => scene.ask(index % 2, subject, { force_refresh: true })));
      await arrived(scene.sandbox, 'refresh', before + inHand.length);
      await pair.failOver();
      await scene.sandbox.control('PUT', '/settings', { latency_ms: 0 });
      // These take the numbers that the calls under way had.
      await Promise.all(untouched.map(served(scene, { force_refresh: true })));
      await asked;
      const stored = `select 1 from credentials c join connections k on k.grant_id = c.grant_id
        where k.subject like 'inhand-%' and c.exchange_id <> 1`;
      await until(
        async () => (await scene.rows(stored)).length === inHand.length,
        'every answer in hand is stored',
        90_000,
      );

      assert.equal(await scene.sandbox.count('force-refresh'), 0, 'nobody of these has lost anything');
      for (const subject of [...inHand, ...untouched]) await assertHonoured(scene, subject);
      assert.equal(await scene.sandbox.count('force-refresh'), 0);
      for (const subject of touched) await assertHonoured(scene, subject);
      const events = await scene.rows(
        'select type, reason, count(*)::int as n from events where reason is not null group by type, reason',
      );
      assert.deepEqual(events, [{ type: 'grant.recovered', reason: 'reverted', n: touched.length }]);
      context.diagnostic(
        `${await scene.sandbox.count('refresh')} refreshes, ${touched.length} of ${all.length} reverted`,
      );
      await runSql(pair.url(pair.standbyPort), 'select 1');
    });
  }
});

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
