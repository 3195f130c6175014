import assert from 'node:assert/strict';
import { tokenOf } from '../../../support/service/answer.ts';
import { sealedIn } from '../../../support/rescued-files.ts';
import { until } from '../../../support/scene.ts';
import { assertGood } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const RESCUED = 'rescued';
const WORK_MS = 3_000;
/** A service waits for ten seconds for a lock, and then seals what it has. */
const PATIENCE_MS = 25_000;

/** The database refuses what the provider answers: a Postgres that can't be reached, a SQLite file that another one locks. */
export const refusingDatabase: Scenario = {
  title: 'an answer that the database refuses waits in the rescue folder, and nobody asks again',
  subjects: [{ name: RESCUED }],
  async arrange({ grant, refusable, startService }, players) {
    const service = await startService(refusable.env);
    const rescued = (player: (typeof players)[number]) => grant(player, RESCUED, refusable.rows);
    const held = await forEach(players, (player) => rescued(player).hold(service, { delay_ms: WORK_MS }));
    refusable.refuse();
    const folder = refusable.env.EVERGRANT_RESCUE_DIR;
    const accepted = until(
      () => sealedIn(folder) === players.length,
      'every answer is in the rescue folder',
      PATIENCE_MS,
    )
      .finally(() => {
        refusable.accept();
      })
      .then(() => until(() => sealedIn(folder) === 0, 'every answer is stored'));
    // Whoever waits for it hears of it.
    accepted.catch(() => undefined);
    return async (player) => {
      await accepted;
      const its = rescued(player);
      const answer = await held(player).answer;
      assert.ok(answer !== undefined, 'a caller was cut off');
      assert.equal(tokenOf(await its.ask(service)).access_token, tokenOf(answer).access_token);
      assert.deepEqual(await its.exchanges(), ['refresh obtained']);
      await assertGood(its, [service]);
      assert.deepEqual(await its.events(), []);
    };
  },
};
