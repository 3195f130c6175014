import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NEVER } from '../../../../src/grants/credential.ts';
import { MOST_AHEAD_MS, renewalSchedule } from '../../../../src/grants/rules/renewal-schedule.ts';
import { newNonce } from '../../../../src/stores/database/nonce.ts';
import { HOUR_MS, NOW } from '../../../support/grants/facts.ts';

const DAY_MS = 24 * HOUR_MS;
const nonces = fc.base64String({ minLength: 20, maxLength: 20 });
/** From a second to some thirty years. */
const lives = fc.integer({ min: 1000, max: 1e12 });

/** How long before their ends upkeep looks at tokens that live for so long, in milliseconds. */
function ahead(nonce: string, lifeMs: number, refreshLifeMs: number): { access: number; refresh: number } {
  const [expiresAt, refreshExpiresAt] = [NOW + lifeMs, NOW + refreshLifeMs];
  const { renewAt, lapseAt } = renewalSchedule(nonce, NOW, { expiresAt, refreshExpiresAt });
  assert.ok(lapseAt !== undefined);
  return { access: expiresAt - renewAt, refresh: refreshExpiresAt - lapseAt };
}

describe('the schedule of a credential', () => {
  /** Upkeep looks every two seconds, and must look twice before a refresh token of seconds lapses. */
  const leastAhead = (refreshLifeMs: number) => Math.min(5_000, refreshLifeMs / 4);

  it('is a tenth to a fifth of a life ahead of its end, in whole milliseconds', () => {
    fc.assert(
      fc.property(nonces, lives, lives, (nonce, lifeMs, refreshLifeMs) => {
        const found = ahead(nonce, lifeMs, refreshLifeMs);
        const tenth = {
          access: Math.min(MOST_AHEAD_MS.access / 2, lifeMs / 10),
          refresh: Math.min(MOST_AHEAD_MS.refresh / 2, Math.max(refreshLifeMs / 10, leastAhead(refreshLifeMs))),
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
      fc.property(nonces, lives, lives, (nonce, lifeMs, refreshLifeMs) => {
        const found = ahead(nonce, lifeMs, refreshLifeMs);
        assert.ok(found.access <= MOST_AHEAD_MS.access);
        assert.ok(found.refresh <= MOST_AHEAD_MS.refresh);
      }),
    );
  });

  it('leaves callers, who renew in the last minute or tenth, nothing to do', () => {
    fc.assert(
      fc.property(nonces, lives, (nonce, lifeMs) => {
        assert.ok(ahead(nonce, lifeMs, DAY_MS).access >= Math.min(60_000, lifeMs / 10));
      }),
    );
  });

  it('spreads tokens that were obtained together evenly', () => {
    const [count, slots] = [10_000, 10];
    const perSlot = Array.from({ length: slots }, () => 0);
    for (let each = 0; each < count; each++) {
      const share = ahead(newNonce(), HOUR_MS, DAY_MS).access / (HOUR_MS / 10) - 1;
      const slot = Math.min(slots - 1, Math.floor(share * slots));
      perSlot[slot] = (perSlot[slot] ?? 0) + 1;
    }
    // Eight times the standard deviation.
    for (const each of perSlot) assert.ok(Math.abs(each - count / slots) <= 240, perSlot.join(' '));
  });

  it('has nothing to say of a refresh token without an end', () => {
    assert.equal(renewalSchedule('n1', NOW, { expiresAt: NOW + HOUR_MS }).lapseAt, undefined);
  });

  it('reports an access token as early as it would exchange a refresh token, and never one without an end', () => {
    const { reportAt = 0 } = renewalSchedule('n1', NOW, { expiresAt: NOW + 60 * DAY_MS });
    assert.ok(reportAt >= NOW + 53 * DAY_MS && reportAt <= NOW + 56.5 * DAY_MS);
    const short = renewalSchedule('n1', NOW, { expiresAt: NOW + HOUR_MS }).reportAt ?? 0;
    assert.ok(short >= NOW + 0.8 * HOUR_MS && short <= NOW + 0.9 * HOUR_MS);
    assert.equal(renewalSchedule('n1', NOW, { expiresAt: NEVER }).reportAt, undefined);
  });

  it('of what has ended on arrival is its end', () => {
    const { renewAt, lapseAt } = renewalSchedule('n1', NOW, { expiresAt: NOW - 5, refreshExpiresAt: NOW - 5 });
    assert.deepEqual([renewAt, lapseAt], [NOW - 5, NOW - 5]);
  });
});
