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
    [946_684_800, Date.UTC(2000, 0)],
    [4_133_980_799, Date.UTC(2101, 0) - 1_000],
    [Date.UTC(2000, 0), Date.UTC(2000, 0)],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
  ];
  for (const [value, ms] of read) {
    it(`is read from ${JSON.stringify(value)}`, () => {
      assert.deepEqual(readTime(value), { at: ms });
    });
  }

  const refused: [value: unknown, why: RegExp][] = [
    ['tomorrow', /^an ISO 8601 time or epoch seconds$/],
    ['', /^an ISO/],
    ['2026', /year 1970/],
    [2026, /year 1970/],
    [3600, /year 1970/],
    ['21 Nov 2026', /^an ISO/],
    ['11/21/2026', /^an ISO/],
    ['2026-13-01T00:00:00Z', /no such day/],
    ['2026-02-30', /no such day/],
    ['2025-02-29T10:00:00Z', /no such day/],
    ['2026-00-10', /no such day/],
    ['2026-11-21T25:00:00Z', /no such time/],
    ['1969-12-31', /year 1969/],
    ['1970-01-01T00:00:00Z', /year 1970/],
    ['0001-01-01T00:00:00Z', /between 2000 and 2100, for this is the year 1$/],
    ['9999-12-31', /year 9999/],
    ['2101-01-01', /year 2101/],
    [946_684_799, /year 1999/],
    [4_133_980_800, /year 2101/],
    [100_000_000_000, /year 1973/],
    [-5, /year 1969/],
    ['-5', /year 1969/],
    [AT * 1000, /these are microseconds$/],
    [String(AT * 1000), /these are microseconds$/],
    [AT * 1_000_000, /these are nanoseconds$/],
    [`${AT}000000`, /these are nanoseconds$/],
    ['1e12', /^an ISO/],
    ['1.795E+15', /^an ISO/],
    [NaN, /^an ISO/],
    [Infinity, /^an ISO/],
    [true, /^an ISO/],
    [{}, /^an ISO/],
    [[2026], /^an ISO/],
  ];
  for (const [value, why] of refused) {
    it(`is not read from ${String(value)}`, () => {
      const read = readTime(value);
      assert.ok('give' in read, JSON.stringify(read));
      assert.match(read.give, why);
    });
  }
});
