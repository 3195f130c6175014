import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  afterAnswer,
  afterClaim,
  afterNothing,
  afterRefusal,
  standing,
  type Pause,
} from '../../../../src/grants/pacing/pause.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;
const half = () => 0.5;

/** What is left after a row of refusals: whose, after how many milliseconds, and what was asked for. */
function refused(...refusals: readonly (readonly [grantId: string, afterMs: number, askedMs?: number])[]): Pause {
  let pause: Pause | undefined;
  for (const [grantId, afterMs, retryAfterMs] of refusals) {
    pause = afterRefusal(pause, { grantId, retryAfterMs }, NOW + afterMs, half);
  }
  assert.ok(pause !== undefined);
  return pause;
}

describe('a 429', () => {
  it('lets one at a time find out whose it is', () => {
    const pause = refused(['alice', 0, HOUR_MS]);
    assert.deepEqual(standing(pause, NOW), { kind: 'probing', isTaken: false });
    const claimed = afterClaim(pause, NOW);
    assert.deepEqual(standing(claimed, NOW), { kind: 'probing', isTaken: true });
    assert.equal(afterClaim(claimed, NOW), claimed, 'nobody else');
    assert.deepEqual(standing(claimed, NOW + 10_000), { kind: 'probing', isTaken: false }, 'until its time is over');
    assert.deepEqual(
      standing(afterNothing(claimed), NOW),
      { kind: 'probing', isTaken: false },
      'or it makes nothing of it',
    );
  });

  it('was its grant’s own where another is answered', () => {
    assert.equal(afterAnswer(refused(['alice', 0, HOUR_MS]), NOW + 100), undefined);
    assert.equal(afterAnswer(refused(['alice', 0], ['bob', 100]), NOW + 200), undefined);
  });

  it('is never the provider’s while only one grant gets it', () => {
    const pause = refused(['alice', 0], ['alice', 1_000], ['alice', 3_000], ['alice', 7_000]);
    assert.deepEqual(standing(pause, NOW + 7_000), { kind: 'probing', isTaken: false });
  });

  it('is the provider’s once three were answered in a row to others', () => {
    const pause = refused(['alice', 0, 20_000], ['bob', 10, 20_000], ['carol', 20, 20_000]);
    assert.deepEqual(standing(pause, NOW + 20), { kind: 'paused', forMs: 19_980 });
    assert.deepEqual(standing(pause, NOW + 20_000), { kind: 'probing', isTaken: false });
    assert.equal(afterClaim(pause, NOW + 20), pause, 'nobody asks before');
  });

  it('of one user that asks for an hour does not pause all others for that', () => {
    const pause = refused(['alice', 0, HOUR_MS], ['bob', 10, 5_000], ['carol', 20, HOUR_MS]);
    assert.deepEqual(standing(pause, NOW + 20), { kind: 'paused', forMs: 4_990 });
  });

  it('that was under way when the pause began says nothing new', () => {
    const pause = refused(['alice', 0], ['bob', 0], ['carol', 0]);
    assert.equal(afterRefusal(pause, { grantId: 'dora', retryAfterMs: HOUR_MS }, NOW + 1, half), pause);
    assert.equal(afterAnswer(pause, NOW + 1), pause);
  });
});

describe('a pause', () => {
  it('whose end is tried too early goes on, for longer and longer where the provider says nothing', () => {
    const waits: number[] = [];
    let pause = refused(['alice', 0], ['bob', 0], ['carol', 0]);
    for (let now = NOW; waits.length < 8;) {
      waits.push(pause.until - now);
      now = pause.until;
      pause = afterRefusal(pause, { grantId: `user-${waits.length}`, retryAfterMs: undefined }, now, half);
    }
    assert.deepEqual(waits, [750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000]);
  });

  it('is got over step by step', () => {
    const pause = refused(['alice', 0, 20_000], ['bob', 0, 20_000], ['carol', 0, 20_000]);
    const end = pause.until;
    const resumed = afterAnswer(pause, end);
    assert.deepEqual(standing(resumed, end), { kind: 'resuming', share: 0 });
    assert.deepEqual(standing(resumed, end + 30_000), { kind: 'resuming', share: 0.5 });
    assert.deepEqual(standing(resumed, end + 60_000), { kind: 'open' });
  });

  it('is longer where it comes again before the last was got over, and begins anew after that', () => {
    const resumed = afterAnswer(refused(['alice', 0], ['bob', 0], ['carol', 0]), NOW + 750);
    const again = (at: number) => {
      let pause = resumed;
      for (const grantId of ['dora', 'emil', 'frida'])
        pause = afterRefusal(pause, { grantId, retryAfterMs: undefined }, at, half);
      return (pause?.until ?? 0) - at;
    };
    assert.equal(again(NOW + 10_000), 1_500);
    assert.equal(again(NOW + 750 + 60_000), 750);
  });

  it('of one user’s own 429 in the meantime goes on being got over', () => {
    const resumed = afterAnswer(refused(['alice', 0], ['bob', 0], ['carol', 0]), NOW + 750);
    const suspect = afterRefusal(resumed, { grantId: 'dora', retryAfterMs: HOUR_MS }, NOW + 30_750, half);
    assert.equal(standing(suspect, NOW + 30_750).kind, 'probing');
    assert.deepEqual(standing(afterAnswer(suspect, NOW + 30_750), NOW + 30_750), { kind: 'resuming', share: 0.5 });
  });

  it('that was begun by a clock that has been set back since is over', () => {
    const pause = refused(['alice', 0], ['bob', 0], ['carol', 0]);
    const probing = { kind: 'probing', isTaken: false };
    for (const agoMs of [1, 60_000, 2 * HOUR_MS]) {
      assert.deepEqual(standing(pause, NOW - agoMs), probing);
      assert.deepEqual(standing(afterClaim(pause, pause.until), NOW - agoMs), probing, 'and so is whoever tried');
    }
  });
});
