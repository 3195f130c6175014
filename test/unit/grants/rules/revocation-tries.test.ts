import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { afterNotRevoked, type NotRevoked } from '../../../../src/grants/rules/revocation-tries.ts';

const REFUSED: NotRevoked = { kind: 'refused', detail: 'no' };
const UNREACHABLE: NotRevoked = { kind: 'unreachable', detail: 'nobody there' };
const least = () => 0;
const most = () => 1 - Number.EPSILON;

describe('after a revocation that was not done', () => {
  it('a refusal is asked about three times, the third at the earliest after 24 seconds', () => {
    const tries = [1, 2, 3].map((failures) => afterNotRevoked(REFUSED, failures, least));
    assert.deepEqual(
      tries.map(({ retryInMs }) => retryInMs),
      [8_000, 16_000, undefined],
    );
    assert.deepEqual(
      tries.map(({ tries: words }) => words),
      ['try 1 of 3', 'try 2 of 3', 'try 3 of 3'],
    );
  });

  it('a refusal after longer trouble is the last word', () => {
    assert.deepEqual(afterNotRevoked(REFUSED, 40, least), { retryInMs: undefined, tries: 'try 40 of 40' });
  });

  it('a provider that cannot be reached is asked for about a day', () => {
    const waits = Array.from({ length: 1_500 }, (_, index) => afterNotRevoked(UNREACHABLE, index + 1, most).retryInMs);
    assert.equal(waits[0], 1_000);
    assert.equal(waits[1_498], 60_000);
    assert.equal(waits[1_499], undefined);
    const hours = waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0) / 3_600_000;
    assert.ok(hours > 12 && hours < 36, `${hours} hours`);
  });

  it('the provider is left alone for as long as it asks', () => {
    for (const verdict of [REFUSED, UNREACHABLE]) {
      assert.equal(afterNotRevoked({ ...verdict, retryAfterMs: 600_000 }, 1, least).retryInMs, 600_000);
    }
  });
});
