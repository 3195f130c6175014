import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { effort, NOT_IN_SMOKE } from '../../support/effort.ts';
import { APPEND_ORDER, MUTANTS } from './mutants/mutants.ts';
import { mutatedHeart } from './mutate.ts';
import { RARE_MUTANTS } from './mutants/rare-mutants.ts';
import { REGRESSIONS } from './regressions.ts';
import { simulateInThread } from './simulate-in-thread.ts';
import { runSchedule } from './world/world.ts';

const MOST_SCHEDULES = 10_000;
const UNNOTICED = effort({ smoke: 100, proofs: 2_000, long: 2_000 });
const MOST_MUTANTS = effort({ smoke: 4, proofs: Infinity, long: Infinity });

describe('the simulation', () => {
  for (const [index, { kind, bounds = 'kept', ...mutation }] of MUTANTS.entries()) {
    const skip = index >= MOST_MUTANTS && NOT_IN_SMOKE;
    it(`notices where ${mutation.name}`, { skip }, async (context) => {
      const { failure } = await simulateInThread({ mutation, kind, bounds, schedules: MOST_SCHEDULES, seed: 1 });
      assert.ok(failure !== undefined, 'every property held');
      assert.notEqual(failure.property, 'no surprise', failure.message);
      context.diagnostic(`noticed after ${failure.after} schedules: ${failure.message}`);
    });
  }

  for (const { regression, property, ...mutation } of RARE_MUTANTS) {
    it(`notices where ${mutation.name}`, async () => {
      const heart = await mutatedHeart(mutation);
      const { violation } = await runSchedule({ heart, ...REGRESSIONS.find(({ name }) => name === regression)! });
      assert.equal(violation?.property, property);
    });
  }

  // A credential that was appended late is refused, and the other presented: one more call, within the bound of faults.
  it(`cannot tell where ${APPEND_ORDER.name}`, async () => {
    const { kind, ...mutation } = APPEND_ORDER;
    const { failure } = await simulateInThread({ mutation, kind, bounds: 'kept', schedules: UNNOTICED, seed: 1 });
    assert.equal(failure, undefined);
  });

  it('refuses a mutant whose text is no longer there', async () => {
    const patches = [{ file: 'src/grants/rules/next-step.ts', find: 'no such text', replace: '' }];
    await assert.rejects(mutatedHeart({ name: 'rotten', patches }), /must find this once/);
  });

  it('refuses a mutant whose file is never loaded', async () => {
    const patches = [{ file: 'src/grants/no-such-file.ts', find: 'x', replace: '' }];
    await assert.rejects(mutatedHeart({ name: 'lost', patches }), /never loaded/);
  });
});
