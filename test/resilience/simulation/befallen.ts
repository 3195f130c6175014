import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFORT, effort, NOT_IN_SMOKE } from '../../support/effort.ts';
import { loadHeart } from './heart.ts';
import type { Mutant } from './mutants/mutants.ts';
import { describeFailure, seedFor } from './replay.ts';
import type { DatabaseFault } from './scenario.ts';
import { simulateInThread } from './simulate-in-thread.ts';
import type { UpstreamKind } from './world/upstream.ts';

const SCHEDULES = effort({ smoke: 100, proofs: 2_000, long: 40_000 });
const SEED = EFFORT === 'long' ? Math.floor(Math.random() * 2 ** 31) : 1;

/** What befalls a database in every schedule, and what is expected of the heart then. */
export interface Befallen {
  readonly title: string;
  readonly promise: string;
  readonly database: DatabaseFault;
  readonly kinds: readonly UpstreamKind[];
  /** What the census must have seen in more than half of the schedules. */
  readonly seen: string;
  readonly mutants: readonly Mutant[];
}

/** Simulates it for each kind of provider, and expects every mutant to be noticed. */
export function befallen({ title, promise, database, kinds, seen, mutants }: Befallen): void {
  describe(title, () => {
    for (const kind of kinds) {
      const simulated = { kind, bounds: 'kept', database } as const;
      const replayed = seedFor(simulated);
      it(`${promise}, where upstream is ${kind}`, { skip: replayed === 'another' }, async (context) => {
        const place =
          typeof replayed === 'object' ? { ...replayed, schedules: 1 } : { seed: SEED, schedules: SCHEDULES };
        const { tally, failure } = await simulateInThread({ ...simulated, ...place });
        context.diagnostic(`${kind}, ${database}: ${tally.schedules} schedules, seed ${place.seed}`);
        context.diagnostic(`seen in: ${tally.toString()}`);
        if (failure !== undefined)
          assert.fail(await describeFailure({ heart: await loadHeart(), ...simulated }, failure));
        if (typeof replayed === 'object') return;
        assert.ok(tally.in(seen) * 2 > tally.schedules, 'in more than half of the schedules');
      });
    }

    for (const [index, { kind, bounds = 'kept', ...mutation }] of mutants.entries()) {
      const skip = index > 0 && NOT_IN_SMOKE;
      it(`is noticed where ${mutation.name}`, { skip }, async (context) => {
        const work = { mutation, kind, bounds, schedules: 10_000, seed: 1, database } as const;
        const { failure } = await simulateInThread(work);
        assert.ok(failure !== undefined, 'every property held');
        context.diagnostic(`noticed after ${failure.after} schedules: ${failure.message}`);
      });
    }
  });
}
