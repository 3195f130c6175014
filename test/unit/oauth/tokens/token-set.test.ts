import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { boundedExpiry, tokenText } from '../../../../src/oauth/tokens/token-set.ts';

const ASKED_AT = Date.UTC(2026, 5, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const BOUNDS = { fallbackMs: 5 * MINUTE_MS, maximumMs: DAY_MS };

describe('the text of a token', () => {
  it('is kept as it was sent', () => {
    for (const text of ['a', 'eyJhbGciOiJIUzI1NiJ9.e30.x-_', 'with space ~ and !', 'x'.repeat(65_536)]) {
      assert.equal(tokenText(text)?.reveal(), text);
    }
  });

  const unusable: [name: string, value: unknown][] = [
    ['an empty text', ''],
    ['a carriage return and line feed', 'abc\r\nx-injected: 1'],
    ['a line feed at the end', 'abc\n'],
    ['a carriage return at the end', 'abc\r'],
    ['a line feed at the start', '\nabc'],
    ['a null character', 'a\0b'],
    ['a tab', 'a\tb'],
    ['a delete character', 'a\x7fb'],
    ['a letter beyond ASCII', 'tökén'],
    ['a line separator', 'a\u2028b'],
    ['65537 characters', 'x'.repeat(65_537)],
    ['a megabyte', 'x'.repeat(1 << 20)],
    ['undefined', undefined],
    ['null', null],
    ['a number', 42],
    ['true', true],
    ['a list', ['abc']],
    ['an object', { toString: () => 'abc' }],
  ];
  for (const [name, value] of unusable) {
    it(`is refused where it is ${name}`, () => {
      assert.equal(tokenText(value), undefined);
    });
  }
});

describe('the end of a token', () => {
  it('is the claimed one where that makes sense', () => {
    assert.equal(boundedExpiry(ASKED_AT + 59 * MINUTE_MS, ASKED_AT, BOUNDS), ASKED_AT + 59 * MINUTE_MS);
  });

  it('is a whole number of milliseconds, never later than claimed', () => {
    assert.equal(boundedExpiry(ASKED_AT + 1000.9, ASKED_AT, BOUNDS), ASKED_AT + 1000);
  });

  it('stays in the past where the claim is: the token came expired', () => {
    assert.equal(boundedExpiry(ASKED_AT - 1, ASKED_AT, BOUNDS), ASKED_AT - 1);
    assert.equal(boundedExpiry(3600, ASKED_AT, BOUNDS), 3600);
  });

  const senseless: [name: string, value: unknown][] = [
    ['missing', undefined],
    ['null', null],
    ['not a number', NaN],
    ['infinite', Infinity],
    ['infinitely negative', -Infinity],
    ['a text', String(ASKED_AT + MINUTE_MS)],
    ['an ISO date', '2026-06-01T01:00:00.000Z'],
    ['negative', -1],
    ['zero', 0],
    ['true', true],
    ['a list', [ASKED_AT + MINUTE_MS]],
    ['an object', { valueOf: () => ASKED_AT + DAY_MS }],
    ['a bigint', 10n ** 20n],
  ];
  for (const [name, value] of senseless) {
    it(`is the fallback where the claim is ${name}`, () => {
      assert.equal(boundedExpiry(value, ASKED_AT, BOUNDS), ASKED_AT + BOUNDS.fallbackMs);
    });
  }

  for (const value of [ASKED_AT + DAY_MS + 1, ASKED_AT * 1000, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE]) {
    it(`is cut to the maximum where the claim is ${value}`, () => {
      assert.equal(boundedExpiry(value, ASKED_AT, BOUNDS), ASKED_AT + BOUNDS.maximumMs);
    });
  }
});
