import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTime } from '../../../src/imports/import-time.ts';

const AT = Date.UTC(2026, 10, 21, 2, 50, 54);

describe('the time in an import', () => {
  const read: [value: unknown, ms: number][] = [
    ['2026-11-21T02:50:54Z', AT],
    ['2026-11-21T02:50:54.123Z', AT + 123],
    ['2026-11-21T02:50:54', AT],
    ['2026-11-21 02:50:54.123456+00', AT + 123],
    ['2026-11-21T04:50:54+02:00', AT],
    ['2026-11-20T21:20:54-0530', AT],
    [' 2026-11-21t02:50:54z ', AT],
    ['2026-11-21T02:50Z', AT - 54_000],
    ['2026-11-21', Date.UTC(2026, 10, 21)],
    [AT / 1000, AT],
    [AT / 1000 + 0.5, AT + 500],
    [String(AT / 1000), AT],
    [AT, AT],
    [String(AT), AT],
    [0, 0],
    [100_000_000, 100_000_000_000],
    [99_999_999_999, 99_999_999_999_000],
    [100_000_000_000, 100_000_000_000],
  ];
  for (const [value, ms] of read) {
    it(`is read from ${JSON.stringify(value)}`, () => {
      assert.equal(readTime(value), ms);
    });
  }

  const refused: unknown[] = [
    'tomorrow',
    '',
    '2026',
    2026,
    3600,
    99_999_999,
    '21 Nov 2026',
    '11/21/2026',
    '2026-13-01T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '1969-12-31',
    '1e12',
    '-5',
    -5,
    NaN,
    Infinity,
    1e17,
    true,
    {},
    [2026],
  ];
  for (const value of refused) {
    it(`is not read from ${String(value)}`, () => {
      assert.equal(readTime(value), undefined);
    });
  }
});
