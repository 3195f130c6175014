import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { untilDeadline, type Patience } from '../../../../src/grants/keeper/until-deadline.ts';
import { TestClock } from '../../../support/stores/test-clock.ts';

/** Fails so many times, and notes when it was tried, in milliseconds from the beginning. */
function failing(clock: TestClock, failures: number) {
  const beganAt = clock.monotonic();
  const triedAt: number[] = [];
  const work = () => {
    triedAt.push(clock.monotonic() - beganAt);
    return triedAt.length > failures ? Promise.resolve('done') : Promise.reject(new Error(`failure ${triedAt.length}`));
  };
  return { work, triedAt };
}

async function tried(failures: number, patience: Omit<Patience, 'clock'>) {
  const clock = new TestClock();
  const { work, triedAt } = failing(clock, failures);
  const ended = untilDeadline(work, { clock, ...patience }).catch((error: unknown) => (error as Error).message);
  await clock.advance(60_000);
  return { ended: await ended, triedAt };
}

describe('what is tried until a deadline', () => {
  it('is done once where it succeeds', async () => {
    assert.deepEqual(await tried(0, { patienceMs: 1_000, pauseMs: 100 }), { ended: 'done', triedAt: [0] });
  });

  it('is tried again after the same pause', async () => {
    const found = await tried(2, { patienceMs: 1_000, pauseMs: 100 });
    assert.deepEqual(found, { ended: 'done', triedAt: [0, 100, 200] });
  });

  it('is tried again after pauses that double up to the longest', async () => {
    const found = await tried(4, { patienceMs: 10_000, pauseMs: 100, longestPauseMs: 300 });
    assert.deepEqual(found, { ended: 'done', triedAt: [0, 100, 300, 600, 900] });
  });

  it('fails as its last try did, which is the first that fails at the deadline or later', async () => {
    const found = await tried(9, { patienceMs: 200, pauseMs: 100 });
    assert.deepEqual(found, { ended: 'failure 3', triedAt: [0, 100, 200] });
  });

  it('is not tried again where that would not help', async () => {
    const found = await tried(9, {
      patienceMs: 1_000,
      pauseMs: 100,
      mayPass: (error) => (error as Error).message !== 'failure 2',
    });
    assert.deepEqual(found, { ended: 'failure 2', triedAt: [0, 100] });
  });
});
