import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNeverLost, assertOneLive } from '../verdicts.ts';
import { forEach, type Scenario } from './scenario.ts';

const SLOW = 'slow';
/** Longer than a lease of ten seconds. */
const SLOW_MS = 12_000;
/** When others come, in milliseconds after the first: above all around the end of a lease. */
const ARRIVALS_MS = [0, 5_000, 9_500, 10_500, 11_500];

/** The provider takes longer than a claim holds that isn't renewed. */
export const slow: Scenario = {
  title: 'a provider slower than a lease is asked once',
  subjects: [{ name: SLOW }],
  async arrange({ services, grant }, players) {
    const [one] = services;
    const first = await forEach(players, (player) => grant(player, SLOW).hold(one, { delay_ms: SLOW_MS }));
    const since = performance.now();
    return async (player) => {
      const its = grant(player, SLOW);
      const later = ARRIVALS_MS.map(async (ms) => {
        await sleep(since + ms - performance.now());
        return its.askAll(services, 2);
      });
      const answers = [await first(player).answer, ...(await Promise.all(later)).flat()];
      assert.ok(performance.now() - since > SLOW_MS - 1_000, 'it was slow');
      await assertOneLive(
        its,
        answers.map((answer) => answer ?? assert.fail('a caller was cut off')),
      );
      assert.deepEqual(await its.exchanges(), ['refresh obtained']);
      await assertNeverLost(its, services);
    };
  },
};
