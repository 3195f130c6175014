import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { retryAfterMs } from '../../../src/oauth/retry-after.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const HOUR_MS = 3_600_000;

describe('the wait asked for by Retry-After', () => {
  const understood: [header: string | string[], waitMs: number][] = [
    ['1', 1_000],
    ['17', 17_000],
    [' 17 ', 17_000],
    ['3600', HOUR_MS],
    ['Mon, 01 Jun 2026 12:01:30 GMT', 90_000],
    [['5', '50'], 5_000],
  ];
  for (const [header, waitMs] of understood) {
    it(`is ${waitMs} ms for ${JSON.stringify(header)}`, () => {
      assert.equal(retryAfterMs(header, NOW), waitMs);
    });
  }

  it('is never shorter than a second', () => {
    assert.equal(retryAfterMs('0', NOW), 1_000);
    assert.equal(retryAfterMs('Mon, 01 Jun 2026 11:00:00 GMT', NOW), 1_000);
  });

  it('is never longer than an hour', () => {
    assert.equal(retryAfterMs('3601', NOW), HOUR_MS);
    assert.equal(retryAfterMs('1000000000', NOW), HOUR_MS);
    assert.equal(retryAfterMs('9'.repeat(400), NOW), HOUR_MS);
    assert.equal(retryAfterMs('Tue, 01 Jun 2027 12:00:00 GMT', NOW), HOUR_MS);
  });

  for (const header of [undefined, '', '   ', [], 'soon', '30s', '1e9', '0x10', 'Infinity', 'NaN', '٣']) {
    it(`is unknown for ${JSON.stringify(header)}`, () => {
      assert.equal(retryAfterMs(header, NOW), undefined);
    });
  }

  for (const header of ['-5', '1.5', 'foo 1', '2026-06-01']) {
    it(`is unknown for ${header}, which is neither seconds nor an HTTP date`, () => {
      assert.equal(retryAfterMs(header, NOW), undefined);
    });
  }
});
