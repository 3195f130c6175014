import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CircuitBreaker } from '../../../../src/grants/keeper/circuit-breaker.ts';

it('A breaker is open for half a minute, for one provider', () => {
  const breaker = new CircuitBreaker();
  assert.equal(breaker.openForMs('a', 1_000), undefined);
  breaker.open('a', 1_000);
  assert.equal(breaker.openForMs('a', 1_000), 30_000);
  assert.equal(breaker.openForMs('a', 30_999), 1);
  assert.equal(breaker.openForMs('a', 31_000), undefined);
  assert.equal(breaker.openForMs('b', 1_000), undefined);
  breaker.open('a', 20_000);
  assert.equal(breaker.openForMs('a', 31_000), 19_000);
});
