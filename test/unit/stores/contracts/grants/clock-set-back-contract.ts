import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_BOUNDS } from '../../../../../src/grants/exchange.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import { HOUR_MS, obtained, oneGrant, REJECTED, UNKNOWN } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const { leaseMs, upstreamMs, marginMs } = DEFAULT_BOUNDS;
const UNRESOLVED_MS = upstreamMs + marginMs;

/** A database whose clock is set back, as by a failover to a server that is behind, blocks nothing for as long. */
export function clockSetBackContract(database: string, openPlace: OpenPlace): void {
  describe(`when the clock of ${database} is set back`, () => {
    it('a lease lasts no longer than any other', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, otherStore, grantId } = grant;
      const first = await grant.open('provision');
      await clock.setBack(HOUR_MS);
      const { held, last } = await otherStore.exchangeStatus(grantId);
      assert.equal(held, true, 'whoever has it may well be alive');
      await clock.advance(leaseMs - 1);
      assert.equal((await otherStore.exchangeStatus(grantId)).held, true);
      await clock.advance(1);
      assert.equal((await otherStore.exchangeStatus(grantId)).held, false);
      const intent = { grantId, kind: 'provision', presented: undefined, last, current: undefined } as const;
      const second = await otherStore.openExchange(intent);
      assert.ok(second !== undefined && second.exchangeId > first.exchangeId);
    });

    it('a lease lasts no longer where it is looked at by those alone who want it', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, otherStore, grantId } = grant;
      const last = await grant.open('provision');
      await clock.setBack(HOUR_MS);
      const intent = { grantId, kind: 'provision', presented: undefined, last, current: undefined } as const;
      assert.equal(await otherStore.openExchange(intent), undefined);
      await clock.advance(leaseMs);
      assert.ok((await otherStore.openExchange(intent)) !== undefined);
    });

    it('whoever goes on renewing a lease keeps it', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, otherStore, grantId } = grant;
      const exchange = await grant.open('provision');
      await clock.setBack(HOUR_MS);
      for (let renewal = 0; renewal < 4; renewal += 1) {
        await clock.advance(leaseMs - 1);
        await store.renewLease(exchange);
        assert.equal((await otherStore.exchangeStatus(grantId)).held, true);
      }
    });

    it('by a moment, nobody loses a lease', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, otherStore, grantId } = grant;
      await grant.open('provision');
      await clock.setBack(20);
      assert.equal((await otherStore.exchangeStatus(grantId)).held, true);
    });

    it('a call without an answer is unresolved no longer than any other', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, otherStore, grantId } = grant;
      await grant.open('provision');
      await clock.advance(leaseMs);
      const second = await grant.open('provision', undefined, { by: otherStore });
      await otherStore.finishFailed(second, UNKNOWN);
      await clock.setBack(HOUR_MS);
      assert.equal((await otherStore.exchangeStatus(grantId)).isUnresolved, true, 'it may take effect yet');
      await clock.advance(UNRESOLVED_MS - 1);
      assert.equal((await otherStore.exchangeStatus(grantId)).isUnresolved, true);
      await clock.advance(1);
      assert.equal((await otherStore.exchangeStatus(grantId)).isUnresolved, false);
    });

    it('an abandoned recovery unsettles its grant no later than any other', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, grantId } = grant;
      const first = await grant.obtain('one');
      await grant.open('recover');
      await clock.advance(leaseMs);
      await finishObtained(store, await grant.open('refresh', first), obtained('two'));
      await clock.setBack(HOUR_MS);
      await store.exchangeStatus(grantId);
      await clock.advance(UNRESOLVED_MS);
      assert.equal((await grant.view()).unsettled, true);
    });

    it('a recovery that was answered late unsettles what was there, and nothing that is recovered since', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store } = grant;
      const first = await grant.obtain('one');
      const late = await grant.open('recover');
      await clock.advance(leaseMs);
      await finishObtained(store, await grant.open('refresh', first), obtained('two'));
      await clock.advance(1);
      await finishObtained(store, late, obtained('late'));
      assert.equal((await grant.view()).unsettled, true);
      await clock.setBack(HOUR_MS);
      const again = await grant.open('recover');
      assert.equal((await grant.view()).unsettled, true, 'as it was before');
      await finishObtained(store, again, obtained('three'));
      assert.equal(await grant.current(), 'three');
      assert.equal((await grant.view()).unsettled, false);
    });

    it('what was opened before is not counted as recent for as long', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, grantId } = grant;
      await finishObtained(store, await grant.open('provision'), obtained('one'));
      assert.equal((await store.exchangeStatus(grantId)).recentExchanges, 1);
      await clock.setBack(HOUR_MS);
      assert.equal((await store.exchangeStatus(grantId)).recentExchanges, 0);
    });

    it('a loss is told all the same', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, grantId } = grant;
      const first = await grant.obtain('one');
      await grant.open('refresh', first);
      await clock.setBack(HOUR_MS);
      await store.exchangeStatus(grantId);
      await clock.advance(leaseMs);
      const second = await grant.open('refresh', first);
      await store.finishFailed(second, { ...REJECTED, recoveryPath: 'none' });
      await clock.advance(UNRESOLVED_MS);
      assert.equal((await store.noteReconnectRequired(grantId, 'none'))?.type, 'grant.reconnect_required');
    });
  });
}
