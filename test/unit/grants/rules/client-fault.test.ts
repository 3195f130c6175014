import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isClientAtFault, withRefusal, type ClientRefusal } from '../../../../src/grants/rules/client-fault.ts';

function refusalsOf(...all: readonly [grantId: string, at: number][]): readonly ClientRefusal[] {
  return all.reduce<readonly ClientRefusal[]>((before, [grantId, at]) => withRefusal(before, { grantId, at }), []);
}

describe('the client', () => {
  it('is at fault once three grants were refused within a minute', () => {
    assert.equal(isClientAtFault(refusalsOf(['a', 0], ['b', 59_998], ['c', 59_999]), undefined), true);
    assert.equal(isClientAtFault(refusalsOf(['a', 0], ['b', 59_999], ['c', 60_000]), undefined), false);
  });

  it('is not at fault for one grant, however often that is refused', () => {
    assert.equal(isClientAtFault(refusalsOf(['a', 0], ['b', 1], ['a', 2], ['a', 3]), undefined), false);
  });

  it('is what the provider says of it', () => {
    assert.equal(isClientAtFault(refusalsOf(['a', 0]), 'refused'), true);
    assert.equal(isClientAtFault(refusalsOf(['a', 0], ['b', 1], ['c', 2], ['d', 3]), 'accepted'), false);
    for (const verdict of ['unclear', 'unreachable'] as const) {
      assert.equal(isClientAtFault(refusalsOf(['a', 0], ['b', 1]), verdict), false);
      assert.equal(isClientAtFault(refusalsOf(['a', 0], ['b', 1], ['c', 2]), verdict), true);
    }
  });
});
