import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadHeart } from './heart.ts';
import { MUTANTS, REVERTED_MUTANTS, SET_BACK_MUTANTS, type Mutant } from './mutants/mutants.ts';
import { mutatedHeart } from './mutate.ts';
import { REGRESSIONS } from './regressions.ts';
import { describeFailure, seedFor, traceOf } from './replay.ts';
import type { DatabaseFault } from './scenario.ts';
import { simulate } from './simulate.ts';

describe('a schedule', () => {
  it('that fails is found again by its seed and path, and goes the very same way', async () => {
    const { name, kind, patches } = MUTANTS.find(({ name }) => name.startsWith('a success is fenced off'))!;
    const heart = await mutatedHeart({ name: `${name}, again`, patches });
    const { failure } = await simulate({ heart, kind, bounds: 'kept', schedules: 10_000, seed: 7 });
    const { seed, path } = failure!;
    const again = await simulate({ heart, kind, bounds: 'kept', schedules: 1, seed, path });
    assert.deepEqual(again.failure?.scenario, failure?.scenario);
    assert.equal(again.failure?.message, failure?.message);
    const run = { heart, kind, bounds: 'kept' as const, scenario: failure!.scenario };
    const trace = await traceOf(run);
    assert.ok(trace.length > 20);
    assert.equal(trace.at(-1), `## ${failure!.message}`);
    assert.deepEqual(await traceOf(run), trace);
  });

  for (const [database, [mutant]] of [
    ['reversion', REVERTED_MUTANTS],
    ['clock set back', SET_BACK_MUTANTS],
  ] satisfies [DatabaseFault, readonly Mutant[]][]) {
    it(`is found again by what its failure prints, where the database's fault is a ${database}`, async () => {
      const { name, kind, patches } = mutant!;
      const heart = await mutatedHeart({ name: `${name}, again`, patches });
      const simulated = { kind, bounds: 'kept', database } as const;
      const { failure } = await simulate({ ...simulated, heart, schedules: 10_000, seed: 1 });
      const printed = await describeFailure({ ...simulated, heart }, failure!);
      const [, wanted] = /EVERGRANT_SEED='([^']+)'/.exec(printed) ?? [];
      assert.equal(seedFor({ kind, bounds: 'kept' }, wanted), 'another');
      const place = seedFor(simulated, wanted);
      assert.ok(typeof place === 'object');
      const again = await simulate({ ...simulated, ...place, heart, schedules: 1 });
      assert.deepEqual(again.failure?.scenario, failure?.scenario);
      assert.equal(again.failure?.message, failure?.message);
    });
  }

  it('goes the very same way in another copy of the heart', async () => {
    const copies = [await loadHeart(), await loadHeart('?copy')];
    for (const { kind, bounds, scenario } of REGRESSIONS) {
      const traces = await Promise.all(copies.map((heart) => traceOf({ heart, kind, bounds, scenario })));
      assert.ok(traces[0]!.length > 20);
      assert.deepEqual(traces[0], traces[1]);
    }
  });
});
