import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadHeart } from './heart.ts';
import { MUTANTS } from './mutants.ts';
import { mutatedHeart } from './mutate.ts';
import { REGRESSIONS } from './regressions.ts';
import { traceOf } from './replay.ts';
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

  it('goes the very same way in another copy of the heart', async () => {
    const copies = [await loadHeart(), await loadHeart('?copy')];
    for (const { kind, bounds, scenario } of REGRESSIONS) {
      const traces = await Promise.all(copies.map((heart) => traceOf({ heart, kind, bounds, scenario })));
      assert.ok(traces[0]!.length > 20);
      assert.deepEqual(traces[0], traces[1]);
    }
  });
});
