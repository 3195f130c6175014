import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MOST_AHEAD_MS, scheduleOf } from '../../src/grants/schedule.ts';
import { HOUR_MS, NOW } from './facts.ts';

const DAY_MS = 24 * HOUR_MS;
const ids = fc.integer({ min: 1, max: 2 ** 40 });
/** From a second to some thirty years. */
const lives = fc.integer({ min: 1000, max: 1e12 });

/** How long before their ends upkeep looks at tokens that live for so long, in milliseconds. */
function ahead(exchangeId: number, lifeMs: number, refreshLifeMs: number): { access: number; refresh: number } {
  const [expiresAt, refreshExpiresAt] = [NOW + lifeMs, NOW + refreshLifeMs];
  const { renewAt, lapseAt } = scheduleOf(exchangeId, NOW, { expiresAt, refreshExpiresAt });
  assert.ok(lapseAt !== undefined);
  return { access: expiresAt - renewAt, refresh: refreshExpiresAt - lapseAt };
}

describe('the schedule of a credential', () => {
  it('is a tenth to a fifth of a life ahead of its end, in whole milliseconds', () => {
    fc.assert(
      fc.property(ids, lives, lives, (id, lifeMs, refreshLifeMs) => {
        const found = ahead(id, lifeMs, refreshLifeMs);
        const tenth = {
          access: Math.min(MOST_AHEAD_MS.access / 2, lifeMs / 10),
          refresh: Math.min(MOST_AHEAD_MS.refresh / 2, refreshLifeMs / 10),
        };
        for (const kind of ['access', 'refresh'] as const) {
          assert.ok(Number.isInteger(found[kind]));
          assert.ok(found[kind] >= tenth[kind], `${found[kind]} ms is too late`);
          assert.ok(found[kind] < 2 * tenth[kind] + 1, `${found[kind]} ms is too early`);
        }
      }),
    );
  });

  it('is never more ahead than the search for what is due looks back', () => {
    fc.assert(
      fc.property(ids, lives, lives, (id, lifeMs, refreshLifeMs) => {
        const found = ahead(id, lifeMs, refreshLifeMs);
        assert.ok(found.access <= MOST_AHEAD_MS.access);
        assert.ok(found.refresh <= MOST_AHEAD_MS.refresh);
      }),
    );
  });

  it('leaves callers, who renew in the last minute or tenth, nothing to do', () => {
    fc.assert(
      fc.property(ids, lives, (id, lifeMs) => {
        assert.ok(ahead(id, lifeMs, DAY_MS).access >= Math.min(60_000, lifeMs / 10));
      }),
    );
  });

  it('spreads tokens that were obtained together evenly, wherever their ids begin', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (first) => {
        const [count, slots] = [1000, 10];
        const perSlot = Array.from({ length: slots }, () => 0);
        for (let id = first; id < first + count; id++) {
          const share = ahead(id, HOUR_MS, DAY_MS).access / (HOUR_MS / 10) - 1;
          const slot = Math.min(slots - 1, Math.floor(share * slots));
          perSlot[slot] = (perSlot[slot] ?? 0) + 1;
        }
        for (const each of perSlot) assert.ok(Math.abs(each - count / slots) <= 5, perSlot.join(' '));
      }),
    );
  });

  it('has nothing to say of a refresh token without an end', () => {
    assert.equal(scheduleOf(1, NOW, { expiresAt: NOW + HOUR_MS }).lapseAt, undefined);
  });

  it('of what has ended on arrival is its end', () => {
    const { renewAt, lapseAt } = scheduleOf(1, NOW, { expiresAt: NOW - 5, refreshExpiresAt: NOW - 5 });
    assert.deepEqual([renewAt, lapseAt], [NOW - 5, NOW - 5]);
  });
});
