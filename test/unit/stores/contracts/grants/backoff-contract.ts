import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OpenPlace } from './grant-store-contract.ts';
import { obtained, oneGrant, REJECTED, UNKNOWN } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

/** How long the provider is left alone. */
export function backoffContract(database: string, openPlace: OpenPlace): void {
  describe(`a back-off in ${database}`, () => {
    for (const lastFailure of ['throttled', 'unknown', 'not_sent'] as const) {
      it(`is kept after ${lastFailure} as it was worked out`, async () => {
        await using grant = await oneGrant(openPlace);
        const backoff = { failures: 2, retryAt: grant.clock.now() + 1_234, lastFailure };
        const answer = { kind: lastFailure, detail: 'said no' };
        await grant.store.finishFailed(await grant.open('provision'), { answer, backoff, recoveryPath: 'self' });
        assert.deepEqual((await grant.view()).backoff, backoff);
      });
    }

    it('is replaced by the next one', async () => {
      await using grant = await oneGrant(openPlace);
      for (const failures of [1, 2, 3]) {
        const backoff = { failures, retryAt: grant.clock.now() + failures, lastFailure: 'unknown' } as const;
        await grant.store.finishFailed(await grant.open('provision'), { ...UNKNOWN, backoff });
        assert.deepEqual((await grant.view()).backoff, backoff);
      }
    });

    it('stays where a failure brings none', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const backoff = { failures: 1, retryAt: grant.clock.now() + 5, lastFailure: 'unknown' } as const;
      await grant.store.finishFailed(await grant.open('refresh', first), { ...UNKNOWN, backoff });
      await grant.store.finishFailed(await grant.open('refresh', first), REJECTED);
      assert.deepEqual((await grant.view()).backoff, backoff);
    });

    it('is over after a success', async () => {
      await using grant = await oneGrant(openPlace);
      const backoff = { failures: 4, retryAt: grant.clock.now() + 60_000, lastFailure: 'throttled' } as const;
      await grant.store.finishFailed(await grant.open('provision'), { ...UNKNOWN, backoff });
      await finishObtained(grant.store, await grant.open('provision'), obtained('one'));
      assert.equal((await grant.view()).backoff, undefined);
    });
  });
}
