import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EFFORT, effort, NOT_IN_SMOKE } from '../../support/effort.ts';
import { BudgetWorld } from './world/budget-world.ts';
import { loadHeart, type Heart } from './heart.ts';
import { Violation } from './judge/violation.ts';
import { BUDGET_MUTANTS } from './mutants/mutants.ts';
import { mutatedHeart } from './mutate.ts';

const RUNS = effort({ smoke: 6, proofs: 30, long: 1_000 });
const FIRST_SEED = EFFORT === 'long' ? Math.floor(Math.random() * 2 ** 31) : 1;
const MOST_RUNS = 200;

/** The first of so many runs that breaks a property, as its seed and what was seen. */
async function firstViolation({ ProactiveRenewal }: Heart, runs: number): Promise<string | undefined> {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + runs; seed += 1) {
    try {
      await new BudgetWorld(ProactiveRenewal, seed).run();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return `seed ${seed}: ${error.message}`;
    }
  }
  return undefined;
}

describe('upkeep under budget', () => {
  it('saves every refresh token that there is room for, asks no more than it may, and leaves nothing unused', async () => {
    assert.equal(await firstViolation(await loadHeart(), RUNS), undefined);
  });

  for (const [index, mutation] of BUDGET_MUTANTS.entries()) {
    const skip = index > 0 && NOT_IN_SMOKE;
    it(`is noticed where ${mutation.name}`, { skip }, async (context) => {
      const seen = await firstViolation(await mutatedHeart(mutation), MOST_RUNS);
      assert.ok(seen !== undefined, 'every property held');
      context.diagnostic(seen);
    });
  }
});
