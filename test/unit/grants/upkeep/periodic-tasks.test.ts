import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PeriodicTasks, type PeriodicTask } from '../../../../src/grants/upkeep/periodic-tasks.ts';
import { settled, TestClock } from '../../../support/stores/test-clock.ts';

/** PeriodicTasks on a clock of their own, and what went wrong with them. */
function newChores(...chores: PeriodicTask[]) {
  const clock = new TestClock();
  const troubles: [what: string, message: string][] = [];
  const running = new PeriodicTasks({
    clock,
    chores,
    observer: {
      failed: (what, cause) => {
        troubles.push([what, String(cause)]);
      },
    },
  });
  return { clock, troubles, running };
}

/** A chore that notes when it began. */
function noting(name: string, everyMs: number, began: string[]): PeriodicTask {
  return {
    name,
    everyMs,
    work: () => {
      began.push(name);
      return Promise.resolve();
    },
  };
}

describe('chores', () => {
  it('come round at their own paces, the first time after one of them', async () => {
    const began: string[] = [];
    const { clock } = newChores(noting('slow', 300, began), noting('quick', 200, began));
    await clock.advance(199);
    assert.deepEqual(began, []);
    await clock.advance(1);
    assert.deepEqual(began, ['quick']);
    await clock.advance(400);
    assert.deepEqual(began, ['quick', 'slow', 'quick', 'slow', 'quick']);
  });

  it('never run beside themselves, and let others run meanwhile', async () => {
    const began: string[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const stuck = { name: 'stuck', everyMs: 100, work: () => (began.push('stuck'), promise) };
    const { clock } = newChores(stuck, noting('quick', 100, began));
    await clock.advance(300);
    assert.deepEqual(began, ['stuck', 'quick', 'quick', 'quick']);
    resolve(undefined);
    await clock.advance(100);
    assert.equal(began.filter((name) => name === 'stuck').length, 2);
  });

  for (const way of ['rejects', 'throws'] as const) {
    it(`tell of work that ${way}, and come round again`, async () => {
      let count = 0;
      const work = () => {
        count++;
        if (way === 'throws') throw new Error('no luck');
        return Promise.reject(new Error('no luck'));
      };
      const { clock, troubles } = newChores({ name: 'be lucky', everyMs: 100, work });
      await clock.advance(250);
      assert.equal(count, 2);
      assert.deepEqual(troubles, [
        ['cannot be lucky', 'Error: no luck'],
        ['cannot be lucky', 'Error: no luck'],
      ]);
    });
  }

  it('begin nothing more once stopped, and let what runs end', async () => {
    let isDone = false;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const began: string[] = [];
    const long = { name: 'long', everyMs: 100, work: () => promise };
    const { clock, running } = newChores(long, noting('quick', 200, began));
    await clock.advance(100);
    const stopping = running[Symbol.asyncDispose]().then(() => (isDone = true));
    await clock.advance(1000);
    assert.deepEqual([began, isDone, clock.waiting], [[], false, 0]);
    resolve(undefined);
    await stopping;
    await settled();
    assert.equal(isDone, true);
  });
});
