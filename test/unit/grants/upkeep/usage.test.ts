import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Usage } from '../../../../src/grants/upkeep/usage.ts';

/** Hands out the credential of this number. */
function note(usage: Usage, exchangeId: number, nonce = `n${exchangeId}`): void {
  usage.handedOut({ grantId: 'g1', exchangeId, nonce });
}

/** Drains, and gives the numbers of what came. */
async function drained(usage: Usage): Promise<readonly number[]> {
  const kept: number[] = [];
  await usage.drain((used) => {
    for (const { exchangeId } of used) kept.push(exchangeId);
    return Promise.resolve();
  });
  return kept;
}

describe('usage', () => {
  it('is noted once for each credential', async () => {
    const usage = new Usage();
    for (const id of [3, 1, 3, 3, 2, 1]) note(usage, id);
    assert.deepEqual(await drained(usage), [3, 1, 2]);
    for (const id of [1, 2, 3]) note(usage, id);
    assert.deepEqual(await drained(usage), []);
    note(usage, 4);
    assert.deepEqual(await drained(usage), [4]);
  });

  it('is noted anew where a number is given to another credential', async () => {
    const usage = new Usage();
    note(usage, 1);
    assert.deepEqual(await drained(usage), [1]);
    note(usage, 1, 'another');
    assert.deepEqual(await drained(usage), [1]);
  });

  it('bothers nobody where there is nothing new', async () => {
    const usage = new Usage();
    await usage.drain(() => Promise.reject(new Error('must not be called')));
  });

  it('that could not be kept is kept the next time, with what has come meanwhile', async () => {
    const usage = new Usage();
    note(usage, 1);
    note(usage, 2);
    const failing = usage.drain(async () => {
      note(usage, 3);
      await Promise.resolve();
      throw new Error('the database is away');
    });
    await assert.rejects(failing, /is away/);
    assert.deepEqual(await drained(usage), [1, 2, 3]);
    assert.deepEqual(await drained(usage), []);
  });

  it('that comes while the rest is being kept is kept the next time', async () => {
    const usage = new Usage();
    note(usage, 1);
    await usage.drain((used) => {
      assert.deepEqual(used, [{ grantId: 'g1', exchangeId: 1 }]);
      note(usage, 2);
      return Promise.resolve();
    });
    assert.deepEqual(await drained(usage), [2]);
  });

  it('takes no more memory than so many credentials', async () => {
    const usage = new Usage();
    for (let id = 0; id < 300_000; id++) note(usage, id);
    await assert.rejects(usage.drain(() => Promise.reject(new Error('away'))));
    assert.equal((await drained(usage)).length, 100_000);
    note(usage, 299_999);
    assert.deepEqual(await drained(usage), [], 'the latest are known');
    note(usage, 0);
    assert.deepEqual(await drained(usage), [0], 'the first are forgotten, and noted anew');
  });
});
