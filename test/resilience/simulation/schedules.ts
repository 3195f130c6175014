import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFORT, effort } from '../../support/effort.ts';
import { loadHeart } from './heart.ts';
import { describeFailure, seedFor } from './replay.ts';
import { simulateInThread } from './simulate-in-thread.ts';
import type { Bounds } from './world/surroundings.ts';
import type { UpstreamKind } from './world/upstream.ts';

/** For each of seven kinds of provider: a hundred thousand in all in the gate, a million in the long form. */
const SCHEDULES: Readonly<Record<'kept' | 'broken', number>> = effort({
  smoke: { kept: 800, broken: 400 },
  proofs: { kept: 12_000, broken: 2_600 },
  long: { kept: 120_000, broken: 26_000 },
});
/** The long form goes where nobody has been yet. */
const SEED = EFFORT === 'long' ? Math.floor(Math.random() * 2 ** 31) : 1;

/** Of a hundred schedules, in how many each of these must at least have occurred: dull ones prove nothing. */
const LEAST_PERCENT: Readonly<Record<string, number>> = {
  undisturbed: 5,
  'fault: crash': 10,
  'fault: pause': 10,
  'fault: delay': 10,
  'fault: lose': 10,
  'fault: refuse': 8,
  'fault: jump': 3,
  'fault: say': 3,
  'fault: outage': 2,
  takeover: 8,
  'crash in flight': 3,
  'crash in flight, moved': 3,
  'answer lost': 3,
  'done but denied': 3,
  rescued: 1,
  replayed: 0.05,
  'success of an abandoned exchange': 0.3,
};

/** Simulates these kinds of provider and expects every property to hold in every schedule. */
export function schedules(kinds: readonly UpstreamKind[]): void {
  for (const kind of kinds) {
    describe(`${kind} upstream`, () => {
      for (const bounds of ['kept', 'broken'] satisfies Bounds[]) {
        const replayed = seedFor({ kind, bounds });
        it(
          `loses and serves nothing wrong where U + Q is ${bounds}`,
          { skip: replayed === 'another' },
          async (context) => {
            const place =
              typeof replayed === 'object'
                ? { ...replayed, schedules: 1 }
                : { seed: SEED, schedules: SCHEDULES[bounds] };
            const { tally, failure } = await simulateInThread({ kind, bounds, ...place });
            context.diagnostic(
              `${kind}, ${bounds}: ${tally.schedules} schedules, ${tally.steps} steps, seed ${place.seed}`,
            );
            context.diagnostic(`seen in: ${tally.toString()}`);
            if (failure !== undefined)
              assert.fail(await describeFailure({ heart: await loadHeart(), kind, bounds }, failure));
            if (typeof replayed === 'object') return;
            assert.equal(tally.schedules, SCHEDULES[bounds]);
            for (const [what, percent] of Object.entries(LEAST_PERCENT)) {
              assert.ok(tally.in(what) * 100 >= percent * tally.schedules, `only ${tally.in(what)} with ${what}`);
            }
          },
        );
      }
    });
  }
}
