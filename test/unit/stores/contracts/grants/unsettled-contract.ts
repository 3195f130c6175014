import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_BOUNDS, type ExchangeKind, type OpenExchange } from '../../../../../src/grants/exchange.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import {
  ACCOUNT_GONE,
  obtained,
  oneGrant,
  REJECTED,
  UNKNOWN,
  type OneGrant,
} from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const UNRESOLVED_MS = DEFAULT_BOUNDS.upstreamMs + DEFAULT_BOUNDS.marginMs;
const { leaseMs } = DEFAULT_BOUNDS;

/** A slow exchange of `kind` that another, which gave the current credential, has overtaken. */
async function overtaken(grant: OneGrant, kind: ExchangeKind): Promise<OpenExchange> {
  const first = await grant.obtain('one');
  const slow = await grant.open(kind, kind === 'refresh' ? first : undefined);
  await grant.clock.advance(leaseMs);
  const quick = await grant.open('refresh', first, { by: grant.otherStore });
  await finishObtained(grant.otherStore, quick, obtained('current'));
  assert.equal(await grant.current(), 'current');
  await grant.clock.advance(1);
  return slow;
}

/** When nobody can tell which credential the provider honours. */
export function unsettledContract(database: string, openPlace: OpenPlace): void {
  describe(`an unsettled grant in ${database}`, () => {
    it('is one where a recovery succeeded after the current credential was asked for', async () => {
      await using grant = await oneGrant(openPlace);
      const slow = await overtaken(grant, 'recover');
      assert.equal((await grant.view()).unsettled, false);
      await finishObtained(grant.store, slow, obtained('older'));
      assert.equal(await grant.current(), 'current');
      assert.equal((await grant.view()).unsettled, true);
    });

    it('is one where a recovery ended as unknown after the current credential was asked for', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.store.finishFailed(await overtaken(grant, 'recover'), UNKNOWN);
      assert.equal((await grant.view()).unsettled, true);
    });

    it('is one where a recovery was tried in vain on a living credential', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      await grant.store.finishFailed(await grant.open('recover'), UNKNOWN);
      assert.equal((await grant.view()).unsettled, true);
    });

    it('is one where an abandoned recovery could have taken effect until now', async () => {
      await using grant = await oneGrant(openPlace);
      const slow = await overtaken(grant, 'recover');
      await grant.clock.advance(UNRESOLVED_MS - leaseMs - 2);
      assert.equal((await grant.view()).unsettled, false);
      await grant.clock.advance(1);
      assert.equal((await grant.view()).unsettled, true);
      await grant.store.finishFailed(slow, { answer: { kind: 'not_sent', detail: 'after all' }, recoveryPath: 'self' });
      assert.equal((await grant.view()).unsettled, false);
    });

    it('is one where the holder of a recovery died and nobody has closed it, once it could have taken effect', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const slow = await grant.open('refresh', first);
      await grant.clock.advance(UNRESOLVED_MS);
      await grant.open('recover', undefined, { by: grant.otherStore });
      await finishObtained(grant.store, slow, obtained('late'));
      assert.equal((await grant.view()).unsettled, false);
      await grant.clock.advance(UNRESOLVED_MS);
      assert.equal(await grant.current(), 'late');
      assert.equal((await grant.view()).unsettled, true);
    });

    it('is not one where a recovery aged out before the current credential was asked for', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      await grant.open('recover');
      const next = await grant.takeOver('recover');
      assert.equal((await grant.view()).unsettled, true);
      await finishObtained(grant.otherStore, next, obtained('two'));
      assert.equal((await grant.view()).unsettled, false);
    });

    it('is settled by one more recovery', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(grant.store, await overtaken(grant, 'recover'), obtained('older'));
      await grant.obtain('settled');
      assert.equal(await grant.current(), 'settled');
      assert.equal((await grant.view()).unsettled, false);
      await grant.clock.advance(10 * UNRESOLVED_MS);
      assert.equal((await grant.view()).unsettled, false);
    });

    for (const failure of [ACCOUNT_GONE, refusalOf('client_refused'), refusalOf('throttled'), refusalOf('not_sent')]) {
      it(`is not one where a recovery ended as ${failure.answer.kind}`, async () => {
        await using grant = await oneGrant(openPlace);
        await grant.store.finishFailed(await overtaken(grant, 'recover'), failure);
        assert.equal((await grant.view()).unsettled, false);
      });
    }

    it('is not one by its own recovery', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      await grant.obtain('two');
      assert.equal((await grant.view()).unsettled, false);
    });

    it('is not one by a refresh of whatever end: that leaves other tokens alive', async () => {
      for (const end of [obtained('older'), UNKNOWN.answer, REJECTED.answer, 'never'] as const) {
        await using grant = await oneGrant(openPlace);
        const slow = await overtaken(grant, 'refresh');
        if (end === 'never') await grant.clock.advance(10 * UNRESOLVED_MS);
        else if (end.kind === 'obtained') await finishObtained(grant.store, slow, end);
        else await grant.store.finishFailed(slow, { answer: end, recoveryPath: 'self' });
        assert.equal((await grant.view()).unsettled, false);
      }
    });

    it('is not one by a refresh that was answered late on the current credential', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.store.finishFailed(await grant.open('refresh', first), UNKNOWN);
      assert.equal((await grant.view()).unsettled, false);
    });

    it('is not one while a recovery is open', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      const exchange = await grant.open('recover');
      for (let elapsed = 0; elapsed < UNRESOLVED_MS + leaseMs; elapsed += leaseMs - 1) {
        await grant.clock.advance(leaseMs - 1);
        await grant.store.renewLease(exchange);
      }
      assert.equal((await grant.view()).unsettled, false);
    });
  });
}

function refusalOf(kind: 'client_refused' | 'throttled' | 'not_sent') {
  return { answer: { kind, detail: 'said no' }, recoveryPath: 'self' as const };
}
