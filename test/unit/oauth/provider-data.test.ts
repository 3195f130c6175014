import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  mergedProviderData,
  providerDataIn,
  readProviderData,
  writeProviderData,
} from '../../../src/oauth/provider-data.ts';

describe('what a provider says beside its tokens', () => {
  it('is picked by name, and only as far as it is short enough', () => {
    const answer = {
      a: 'x',
      long: 'y'.repeat(100_000),
      b: { c: [1, 2] },
      d: 'z'.repeat(99_000),
      e: 'z'.repeat(99_990),
    };
    assert.deepEqual(providerDataIn(answer, ['a', 'long', 'b.c', 'none']), { a: 'x', 'b.c': [1, 2] });
    assert.deepEqual(Object.keys(providerDataIn({ ...answer, f: answer.e }, ['d', 'e', 'f', 'a'])), ['d', 'e', 'a']);
    for (const nothing of [undefined, null, 7, 'x', []]) assert.deepEqual(providerDataIn(nothing, ['a']), {});
  });

  it('keeps what is not said again', () => {
    const before = writeProviderData({ a: 1, b: 2 });
    const merged = mergedProviderData(before, writeProviderData({ b: 3 }));
    assert.deepEqual(merged && readProviderData(merged), { a: 1, b: 3 });
    assert.equal(mergedProviderData(undefined, writeProviderData({})), undefined);
  });
});
