import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claimedEnd, claimedLife } from '../../../../src/oauth/tokens/expiry-claim.ts';

const ASKED_AT = Date.UTC(2026, 10, 28, 12);
const END = ASKED_AT + 7_200_000;

describe('the end that a server claims', () => {
  const told = [
    7200,
    '7200',
    ' 7200.0 ',
    '7200s',
    END,
    END / 1000,
    END * 1000,
    String(END),
    String(END / 1000),
    `${END / 1000}.000`,
    '2026-11-28T14:00:00Z',
    '2026-11-28T14:00:00.000Z',
    '2026-11-28T14:00:00.000000123Z',
    '2026-11-28T14:00:00,0Z',
    '2026-11-28T14:00Z',
    '2026-11-28T14:00:00',
    '2026-11-28 14:00:00',
    '2026-11-28 14:00:00 UTC',
    '2026-11-28 14:00:00 +0000',
    '2026-11-28T16:00:00+02:00',
    '2026-11-28T16:00:00+0200',
    '2026-11-28T16:00:00+02',
    '2026-11-28T08:30:00-05:30',
    '2026-11-28t14:00:00z',
    ' 2026-11-28T14:00:00Z\n',
    'Sat, 28 Nov 2026 14:00:00 GMT',
  ];
  for (const value of told) {
    it(`is read from ${JSON.stringify(value)}`, () => {
      assert.equal(claimedEnd(value, ASKED_AT), END);
      assert.equal(claimedLife(value, ASKED_AT), END);
    });
  }

  it('is the midnight of a date', () => {
    assert.equal(claimedEnd('2026-12-01', ASKED_AT), Date.UTC(2026, 11, 1));
  });

  const untold = [0, -1, '0', '-7200', '', ' ', 'soon', '1e3', '0x10', 'PT2H', '2026-13-40T00:00:00Z', '28.11.2026'];
  const over = ['2026-11-28T11:00:00Z', '2026-11-28', 'Sat, 28 Nov 2026 11:00:00 GMT'];
  for (const value of [...untold, ...over, NaN, -Infinity, undefined, null, true, [7200], { valueOf: () => 7200 }]) {
    it(`is unknown for ${JSON.stringify(value)}`, () => {
      assert.equal(claimedEnd(value, ASKED_AT), undefined);
      assert.equal(claimedLife(value, ASKED_AT), undefined);
    });
  }

  it('is unknown where a time is over, unless a lifetime was told', () => {
    for (const value of [ASKED_AT, ASKED_AT - 1, ASKED_AT / 1000 - 1, 1e9, '1000000000', 1e12]) {
      assert.equal(claimedEnd(value, ASKED_AT), undefined, String(value));
      assert.equal(claimedLife(value, ASKED_AT), ASKED_AT + Number(value) * 1000, String(value));
    }
  });

  it('is a lifetime up to 32 years', () => {
    assert.equal(claimedEnd(999_999_999, ASKED_AT), ASKED_AT + 999_999_999_000);
    assert.equal(claimedEnd(0.5, ASKED_AT), ASKED_AT + 500);
  });
});
