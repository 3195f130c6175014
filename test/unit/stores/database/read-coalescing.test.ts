import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoalescedReads } from '../../../../src/stores/database/read-coalescing.ts';

describe('reads of the same', () => {
  it('are one until it begins, and another for whoever comes later', async () => {
    const reads = new CoalescedReads<number>();
    let count = 0;
    const gates: (() => void)[] = [];
    const read = async (begin: () => void) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      begin();
      return (count += 1);
    };
    const early = [reads.join('a', read), reads.join('a', read), reads.join('a', read)];
    assert.equal(gates.length, 1);
    gates[0]?.();
    await early[0];
    const late = reads.join('a', read);
    assert.equal(gates.length, 2);
    gates[1]?.();
    assert.deepEqual([await Promise.all(early), await late], [[1, 1, 1], 2]);
  });

  it('that have begun are not for whoever asks while they run', async () => {
    const reads = new CoalescedReads<string>();
    const { promise, resolve } = Promise.withResolvers<string>();
    const running = reads.join('a', (begin) => {
      begin();
      return promise;
    });
    const next = reads.join('a', () => Promise.resolve('new'));
    resolve('old');
    assert.deepEqual([await running, await next], ['old', 'new']);
  });

  it('of a crowd are few: whoever comes while one runs gathers for the next', async () => {
    const reads = new CoalescedReads<number>();
    let count = 0;
    const read = async (begin: () => void) => {
      begin();
      const mine = (count += 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return mine;
    };
    const first = reads.join('a', read);
    const crowd = Array.from({ length: 100 }, () => reads.join('a', read));
    assert.equal(await first, 1);
    assert.deepEqual(new Set(await Promise.all(crowd)), new Set([2]));
  });

  it('wait but a moment for one that hangs', async () => {
    const reads = new CoalescedReads<string>();
    void reads.join('a', (begin) => {
      begin();
      return new Promise(() => undefined);
    });
    assert.equal(await reads.join('a', () => Promise.resolve('new')), 'new');
  });

  it('of different things are apart, and one that fails is not remembered', async () => {
    const reads = new CoalescedReads<string>();
    const failing = reads.join('a', () => Promise.reject(new Error('gone')));
    const other = reads.join('b', () => Promise.resolve('b'));
    await assert.rejects(failing, /gone/);
    assert.equal(await other, 'b');
    assert.equal(await reads.join('a', () => Promise.resolve('a')), 'a');
  });
});
