import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExchangeStatus } from '../../../../src/grants/grant.ts';
import { ChangeWaiter, type ChangeWaiterDependencies } from '../../../../src/grants/keeper/wait-for-change.ts';
import { claims } from '../../../support/grants/facts.ts';

const HELD = claims({ held: true });

/** A store whose claims are these, one after another, and then the last of them for ever; it notes every pause. */
function scene(found: readonly ExchangeStatus[], closing = () => false) {
  const pauses: number[] = [];
  let looks = 0;
  let noted = 0;
  const store = {
    awaitChange: (_grantId: string, ms: number) => {
      pauses.push(ms);
      return Promise.resolve();
    },
    noteAwaited: () => {
      noted += 1;
      return Promise.resolve();
    },
    exchangeStatus: () => Promise.resolve(found[Math.min(looks++, found.length - 1)] ?? HELD),
  };
  return {
    means: { store, random: () => 0.5, closing } as unknown as ChangeWaiterDependencies,
    pauses,
    looks: () => looks,
    noted: () => noted,
  };
}

describe('waiting for another', () => {
  for (const [what, changed] of Object.entries({
    'the grant is free': claims({ held: false }),
    'another exchange was opened': claims({ held: true, last: { exchangeId: 6, nonce: 'n6' } }),
    'an answer may yet come, or no longer': claims({ held: true, isUnresolved: true }),
  })) {
    it(`ends when ${what}`, async () => {
      const { means, looks } = scene([HELD, HELD, changed]);
      assert.equal(await new ChangeWaiter().waitForChange(means, 'grant', HELD), changed);
      assert.equal(looks(), 3);
    });
  }

  it('looks more and more seldom, and at least four times a second', async () => {
    const { means, pauses } = scene([...Array.from({ length: 12 }, () => HELD), claims()]);
    await new ChangeWaiter().waitForChange(means, 'grant', HELD);
    assert.equal(pauses[0], 20);
    assert.deepEqual(
      pauses,
      [...pauses].sort((one, other) => one - other),
    );
    assert.equal(pauses.at(-1), 250);
  });

  it('by very many looks a thousand times a second, all together', async () => {
    const waiting = new ChangeWaiter();
    const never = scene([HELD]);
    const gate = Promise.withResolvers<undefined>();
    never.means.store.awaitChange = () => gate.promise;
    let left = false;
    const others = Array.from({ length: 1_999 }, () =>
      waiting.waitForChange({ ...never.means, closing: () => left }, 'other', HELD),
    );
    const { means, pauses } = scene([claims()]);
    await waiting.waitForChange(means, 'grant', HELD);
    assert.deepEqual(pauses, [2_000]);
    left = true;
    gate.resolve(undefined);
    await Promise.all(others);
  });

  it('asks once to be told, where the first look found nothing new', async () => {
    const long = scene([HELD, HELD, HELD, claims()]);
    await new ChangeWaiter().waitForChange(long.means, 'grant', HELD);
    assert.equal(long.noted(), 1);
    const short = scene([claims()]);
    await new ChangeWaiter().waitForChange(short.means, 'grant', HELD);
    assert.equal(short.noted(), 0);
  });

  it('ends with the process', async () => {
    const { means, looks } = scene([HELD], () => true);
    await new ChangeWaiter().waitForChange(means, 'grant', HELD);
    assert.equal(looks(), 1);
  });
});
