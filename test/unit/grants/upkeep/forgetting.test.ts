import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PeriodicTasks } from '../../../../src/grants/upkeep/periodic-tasks.ts';
import { BITE_EVERY_MS, Forgetting, retentionOf } from '../../../../src/grants/upkeep/forgetting.ts';
import type { Forgotten } from '../../../../src/grants/storage/upkeep-store.ts';
import { TestClock } from '../../../support/stores/test-clock.ts';

const RETENTION = { factsMs: 3, tokensMs: 2, lostMs: 4, irreparable: ['realm'] };
const DAY_MS = 86_400_000;

/** Forgetting as upkeep does it, of so many rows; `answer` says what a bite finds instead. */
function newScene(rows: number, answer?: (bite: number) => Promise<Forgotten>) {
  const clock = new TestClock();
  const bites: number[] = [];
  let left = rows;
  const forget = (_: unknown, limit: number): Promise<Forgotten> => {
    bites.push(clock.now());
    if (answer !== undefined) return answer(bites.length);
    const count = Math.min(left, limit);
    left -= count;
    return Promise.resolve({ kind: 'forgotten', count, isMore: left > 0 });
  };
  const forgetting = new Forgetting({ store: { forget }, clock, retention: RETENTION });
  const troubles: string[] = [];
  const work = () => forgetting.round();
  const chore = { name: 'forget', everyMs: BITE_EVERY_MS, work };
  const chores = new PeriodicTasks({ clock, chores: [chore], observer: { failed: (what) => troubles.push(what) } });
  return { clock, bites, troubles, chores, left: () => left };
}

describe('forgetting', () => {
  it('keeps up with a thousand refreshes a second, in bites with pauses', async () => {
    const { clock, bites, chores, left } = newScene(10_000);
    await clock.advance(10_000);
    assert.equal(left(), 0);
    assert.ok(bites.slice(1).every((at, index) => at - (bites[index] ?? 0) >= BITE_EVERY_MS));
    await chores[Symbol.asyncDispose]();
  });

  it('rests for a minute once nothing is left', async () => {
    const { clock, bites, chores } = newScene(0);
    await clock.advance(59_900);
    assert.equal(bites.length, 1);
    await clock.advance(200);
    assert.equal(bites.length, 2);
    await chores[Symbol.asyncDispose]();
  });

  it('leaves it to another instance, and looks every now and then whether that one lives', async () => {
    const { clock, bites, chores } = newScene(0, () => Promise.resolve({ kind: 'elsewhere' }));
    await clock.advance(60_000);
    assert.equal(bites.length, 3);
    await chores[Symbol.asyncDispose]();
  });

  it('rests after a failure too, rather than failing again at once', async () => {
    const { clock, bites, troubles, chores } = newScene(0, () => Promise.reject(new Error('no database')));
    await clock.advance(30_000);
    assert.deepEqual([bites.length, troubles], [1, ['cannot forget']]);
    await chores[Symbol.asyncDispose]();
  });

  it('keeps tokens for a day, or for as long as they find their successor, and facts for no less', () => {
    const upkeep = { retentionMs: 30 * DAY_MS, lostRetentionMs: 180 * DAY_MS };
    const of = (graceMs: number) => retentionOf(upkeep, { graceMs });
    assert.deepEqual(of(0), { factsMs: 30 * DAY_MS, tokensMs: DAY_MS, lostMs: 180 * DAY_MS });
    assert.equal(of(2 * DAY_MS).tokensMs, 2 * DAY_MS);
    assert.deepEqual([of(40 * DAY_MS).factsMs, of(40 * DAY_MS).tokensMs], [40 * DAY_MS, 40 * DAY_MS]);
    assert.equal(retentionOf({ ...upkeep, retentionMs: DAY_MS / 2 }, { graceMs: 0 }).tokensMs, DAY_MS / 2);
  });
});
