import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SingleFlight } from '../../../../src/grants/keeper/single-flight.ts';

describe('flights', () => {
  it('are shared by all who join while they last, and begun again afterwards', async () => {
    const flights = new SingleFlight<number>();
    let begun = 0;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const begin = async () => {
      begun += 1;
      await promise;
      return begun;
    };
    const joined = Array.from({ length: 100 }, () => flights.join('a', begin));
    resolve(undefined);
    assert.deepEqual([...new Set(await Promise.all(joined))], [1]);
    assert.equal(await flights.join('a', begin), 2);
  });

  it('under different keys have nothing to do with each other', async () => {
    const flights = new SingleFlight<string>();
    const results = ['a', 'b'].map((key) => flights.join(key, () => Promise.resolve(key)));
    assert.deepEqual(await Promise.all(results), ['a', 'b']);
  });

  it('that fail do so for all who joined, and are begun again afterwards', async () => {
    const flights = new SingleFlight<string>();
    const failing = () => Promise.reject(new Error('down'));
    const joined = [flights.join('a', failing), flights.join('a', failing)];
    for (const each of joined) await assert.rejects(each, /down/);
    assert.equal(await flights.join('a', () => Promise.resolve('up')), 'up');
  });

  it('have all landed when each has ended, well or not', async () => {
    const flights = new SingleFlight<string>();
    const slow = Promise.withResolvers<string>();
    flights.join('a', () => Promise.reject(new Error('down'))).catch(() => undefined);
    const last = flights.join('b', () => slow.promise);
    let landed = false;
    const landing = flights.idle().then(() => (landed = true));
    await new Promise(setImmediate);
    assert.equal(landed, false);
    slow.resolve('done');
    await landing;
    assert.equal(await last, 'done');
  });
});
