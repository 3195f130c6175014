import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exactMemberAt } from '../../../../src/oauth/answer/exact-member.ts';

function at(text: string, path: string): unknown {
  return exactMemberAt({ json: JSON.parse(text.replace(/^\ufeff/, '')), body: Buffer.from(text) }, path);
}

describe('a member of an answer, to the digit', () => {
  it('is an integer with all its digits, however long and however deep', () => {
    assert.equal(at('{"id":9007199254740993}', 'id'), 9007199254740993n);
    assert.equal(at('{"id": -9007199254740993 }', 'id'), -9007199254740993n);
    assert.equal(at('\ufeff{"data":{"id":12345678901234567890123456789}}', 'data.id'), 12345678901234567890123456789n);
    assert.equal(at('{"id":1,"__proto__":{"id":9007199254740993}}', '__proto__.id'), 9007199254740993n);
    assert.equal(at('{"id":9007199254740993,"id":9007199254740995}', 'id'), 9007199254740995n);
  });

  it('is what JSON makes of it otherwise', () => {
    for (const id of [7, -7, 2 ** 53 - 1, 1.5, 'text', '9007199254740993', null, true, { a: 1 }, [1]]) {
      assert.deepEqual(at(JSON.stringify({ id }), 'id'), id);
    }
    assert.equal(at('{"id":1e300}', 'id'), 1e300);
    assert.equal(at('{"id":9007199254740993.0}', 'id'), 2 ** 53);
    assert.equal(at('{}', 'id'), undefined);
  });
});
