import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffMs } from '../../../../src/grants/rules/backoff.ts';

const most = () => 1 - Number.EPSILON;
const least = () => 0;

describe('the back-off', () => {
  it('doubles from one second to one minute', () => {
    const waits = Array.from({ length: 9 }, (_, index) => backoffMs(index + 1, undefined, most));
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  });

  it('is at least half as long, by chance', () => {
    const waits = [1, 2, 7].map((failures) => backoffMs(failures, undefined, least));
    assert.deepEqual(waits, [500, 1_000, 30_000]);
    assert.equal(
      backoffMs(1, undefined, () => 0.5),
      750,
    );
  });

  it('stays finite after failures without number', () => {
    assert.equal(backoffMs(100_000, undefined, most), 60_000);
  });

  it('is never shorter than the provider asks for, and may be longer', () => {
    assert.equal(backoffMs(1, 42_000, most), 42_000);
    assert.equal(backoffMs(1, 3_600_000, least), 3_600_000);
    assert.equal(backoffMs(7, 1_000, most), 60_000);
  });
});
