import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { accountIdOf, toProfile, shownText } from '../../../src/providers/to-profile.ts';

describe('the id of an account', () => {
  for (const id of [
    'acc_1',
    'é',
    '人',
    'a b',
    'https://api.example.com/users/1',
    'x'.repeat(255),
    0,
    7,
    2 ** 53 - 1,
    9007199254740993n,
  ]) {
    it(`may be ${inspect(id).slice(0, 40)}`, () => {
      assert.equal(accountIdOf(id), String(id));
    });
  }

  const none = [
    '',
    'a\0b',
    '\ud800',
    '\udfff',
    'a\nb',
    'a\u2028',
    '\u0085',
    'x'.repeat(256),
    1.5,
    2 ** 53,
    NaN,
    null,
    {},
    [],
  ];
  for (const id of [...none, true, undefined]) {
    it(`is none where it is ${inspect(id).slice(0, 40)}`, () => {
      assert.equal(accountIdOf(id), undefined);
      assert.equal(toProfile(id, {}), undefined);
    });
  }
});

describe('what is shown of an account', () => {
  it('is cleaned of what no database takes, and nothing where it is no text that a person wrote', () => {
    assert.equal(shownText('Ada\0 L\ud800\nx'), 'Ada L\ufffd\nx');
    for (const value of [7, null, undefined, {}, 'x'.repeat(10_001)]) assert.equal(shownText(value), null);
  });
});
