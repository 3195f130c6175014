import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonMember } from '../../../src/oauth/json-member.ts';

describe('a member of a JSON object', () => {
  it('is what was sent under its name, whatever that is', () => {
    const sent = JSON.parse('{"a":1,"b":null,"__proto__":{"c":2},"constructor":3}');
    assert.equal(jsonMember(sent, 'a'), 1);
    assert.equal(jsonMember(sent, 'b'), null);
    assert.deepEqual(jsonMember(sent, '__proto__'), { c: 2 });
    assert.equal(jsonMember(sent, 'constructor'), 3);
  });

  it('is never inherited', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      assert.equal(jsonMember({}, name), undefined);
    }
    assert.equal(jsonMember(JSON.parse('{"__proto__":{"c":2}}'), 'c'), undefined);
    assert.equal(jsonMember(Object.create({ c: 2 }), 'c'), undefined);
  });

  it('is nothing where there is no object', () => {
    for (const value of [['a'], 'text', 42, true, null, undefined]) {
      assert.equal(jsonMember(value, 'length'), undefined);
      assert.equal(jsonMember(value, '0'), undefined);
    }
  });
});
