import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CircuitBreaker } from '../../../../src/grants/keeper/circuit-breaker.ts';
import type { ClientCheck } from '../../../../src/providers/provider.ts';

/** A breaker and how often the provider was asked about the client. */
function watched(verdict: ClientCheck['verdict'] | undefined) {
  const breaker = new CircuitBreaker();
  let checks = 0;
  const check = () => {
    checks += 1;
    return Promise.resolve(verdict && { verdict, detail: 'said so' });
  };
  const refused = (realm: string, grantId: string, at: number) => breaker.refused(realm, { grantId, at }, check);
  return { breaker, refused, checks: () => checks };
}

describe('a breaker', () => {
  it('opens for half a minute, for one provider, once that refuses the client itself', async () => {
    const { breaker, refused } = watched('refused');
    assert.equal(breaker.openForMs('a', 1_000), undefined);
    await refused('a', 'one', 1_000);
    assert.equal(breaker.openForMs('a', 1_000), 30_000);
    assert.equal(breaker.openForMs('a', 30_999), 1);
    assert.equal(breaker.openForMs('a', 31_000), undefined);
    assert.equal(breaker.openForMs('b', 1_000), undefined);
    await refused('a', 'two', 20_000);
    assert.equal(breaker.openForMs('a', 31_000), 19_000);
  });

  it('asks about the client once in half a minute', async () => {
    const { refused, checks } = watched('refused');
    for (const at of [0, 1_000, 29_999]) await refused('a', `grant-${at}`, at);
    assert.equal(checks(), 1);
    await refused('a', 'later', 30_000);
    assert.equal(checks(), 2);
    await refused('b', 'elsewhere', 30_000);
    assert.equal(checks(), 3);
  });

  for (const verdict of [undefined, 'unreachable', 'unclear'] as const) {
    it(`opens for three grants refused alike where the provider says ${verdict ?? 'nothing'} of the client`, async () => {
      const { breaker, refused } = watched(verdict);
      await refused('a', 'one', 0);
      await refused('a', 'two', 1);
      await refused('a', 'two', 2);
      assert.equal(breaker.openForMs('a', 3), undefined, 'a grant counts once');
      await refused('a', 'three', 3);
      assert.equal(breaker.openForMs('a', 3), 30_000);
    });
  }

  it('never opens while the provider accepts the client', async () => {
    const { breaker, refused } = watched('accepted');
    for (let grant = 0; grant < 100; grant += 1) await refused('a', `grant-${grant}`, grant);
    assert.equal(breaker.openForMs('a', 100), undefined);
  });

  it('starts over once an answer shows that the client is accepted', async () => {
    const { breaker, refused } = watched(undefined);
    await refused('a', 'one', 0);
    await refused('a', 'two', 1);
    breaker.accepted('a');
    await refused('a', 'three', 2);
    assert.equal(breaker.openForMs('a', 2), undefined);
  });

  it('forgets refusals of more than a minute ago', async () => {
    const { breaker, refused } = watched(undefined);
    await refused('a', 'one', 0);
    await refused('a', 'two', 1);
    await refused('a', 'three', 60_000);
    assert.equal(breaker.openForMs('a', 60_000), undefined);
  });

  it('takes a check that fails for none', async () => {
    const breaker = new CircuitBreaker();
    const failing = () => Promise.reject(new Error('a bug in the provider'));
    for (const grantId of ['one', 'two', 'three']) await breaker.refused('a', { grantId, at: 0 }, failing);
    assert.equal(breaker.openForMs('a', 0), 30_000);
  });
});
