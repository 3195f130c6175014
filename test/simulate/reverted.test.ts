import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadHeart } from './heart.ts';
import { REVERTED_MUTANTS } from './mutants.ts';
import { describeFailure } from './replay.ts';
import { simulateInThread } from './simulate-in-thread.ts';
import type { UpstreamKind } from './upstream.ts';

const IS_LONG = process.env['EVERGRANT_LONG'] === '1';
const SCHEDULES = IS_LONG ? 40_000 : 2_000;
const SEED = IS_LONG ? Math.floor(Math.random() * 2 ** 31) : 1;
const KINDS: readonly UpstreamKind[] = ['rotating', 'not_rotating', 'managed', 'grace'];

describe('a database that goes back in time', () => {
  for (const kind of KINDS) {
    it(`costs nothing but what it forgot, where upstream is ${kind}`, async (context) => {
      const work = { kind, bounds: 'kept', schedules: SCHEDULES, seed: SEED, database: 'reversion' } as const;
      const { tally, failure } = await simulateInThread(work);
      context.diagnostic(`seen in: ${tally.toString()}`);
      if (failure !== undefined)
        assert.fail(await describeFailure({ heart: await loadHeart(), kind, bounds: 'kept' }, failure));
      assert.ok(tally.in('went back in time') * 2 > tally.schedules, 'in more than half of the schedules');
    });
  }

  for (const { kind, bounds = 'kept', ...mutation } of REVERTED_MUTANTS) {
    it(`is noticed where ${mutation.name}`, async (context) => {
      const { failure } = await simulateInThread({
        mutation,
        kind,
        bounds,
        schedules: 10_000,
        seed: 1,
        database: 'reversion',
      });
      assert.ok(failure !== undefined, 'every property held');
      context.diagnostic(`noticed after ${failure.after} schedules: ${failure.message}`);
    });
  }
});
