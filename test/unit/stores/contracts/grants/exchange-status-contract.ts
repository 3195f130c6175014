import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_BOUNDS } from '../../../../../src/grants/exchange.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import { obtained, oneGrant, REALM, SUBJECT, UNKNOWN } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const { leaseMs, upstreamMs, marginMs } = DEFAULT_BOUNDS;
const UNRESOLVED_MS = upstreamMs + marginMs;

/** One open exchange a grant, under a lease. */
export function exchangeStatusContract(database: string, openPlace: OpenPlace): void {
  describe(`claims in ${database}`, () => {
    it('are held by one exchange until it is finished', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore, grantId } = grant;
      const first = await grant.open('provision');
      const { last, held } = await otherStore.exchangeStatus(grantId);
      assert.deepEqual([last?.exchangeId, last?.nonce, held], [first.exchangeId, first.nonce, true]);
      const intent = { grantId, kind: 'provision', presented: undefined, last, current: undefined } as const;
      assert.equal(await store.openExchange(intent), undefined);
      assert.equal(await otherStore.openExchange(intent), undefined);
      await store.finishFailed(first, UNKNOWN);
      assert.equal((await otherStore.exchangeStatus(grantId)).held, false);
      assert.ok((await otherStore.openExchange(intent)) !== undefined);
    });

    it('are free again after a success', async () => {
      await using grant = await oneGrant(openPlace);
      await finishObtained(grant.store, await grant.open('provision'), obtained('one'));
      assert.equal((await grant.store.exchangeStatus(grant.grantId)).held, false);
      await grant.open('refresh');
    });

    it('are of one grant alone', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.open('provision');
      await grant.store.connect(REALM, 'bob');
      const { grantId } = (await grant.store.view(REALM, 'bob'))!;
      assert.deepEqual(await grant.store.exchangeStatus(grantId), {
        last: undefined,
        recentExchanges: 0,
        held: false,
        isUnresolved: false,
      });
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      assert.ok((await grant.store.openExchange(intent)) !== undefined);
    });

    it('go to one of many who ask at once', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId } = grant;
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      const opened = await Promise.all(Array.from({ length: 40 }, () => store.openExchange(intent)));
      assert.equal(opened.filter((exchange) => exchange !== undefined).length, 1);
    });

    it('are refused to whoever read before the last exchange was opened', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore, grantId } = grant;
      const { last } = await otherStore.exchangeStatus(grantId);
      await finishObtained(store, await grant.open('provision'), obtained('one'));
      const intent = { ...(await intentOf(store, REALM, SUBJECT, 'refresh')), last };
      assert.equal(await otherStore.openExchange(intent), undefined);
      assert.equal((await store.exchangeStatus(grantId)).held, false);
    });

    it('are refused to whoever read before an abandoned exchange was answered after all', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, otherStore, grantId } = grant;
      await grant.obtain('one', 'provision');
      const abandoned = await grant.open('refresh', 1);
      await clock.advance(leaseMs);
      const intent = await intentOf(otherStore, REALM, SUBJECT, 'refresh');
      assert.equal((await otherStore.exchangeStatus(grantId)).held, false);
      await finishObtained(store, abandoned, obtained('two'));
      assert.equal(await otherStore.openExchange(intent), undefined, 'its refresh token is spent');
      const fresh = await intentOf(otherStore, REALM, SUBJECT, 'refresh');
      assert.equal(fresh.last?.nonce, intent.last?.nonce);
      assert.ok((await otherStore.openExchange(fresh)) !== undefined);
    });

    it('are taken over the moment a lease runs out, and not before', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, otherStore, grantId } = grant;
      const first = await grant.open('provision');
      const intent = {
        grantId,
        kind: 'provision',
        presented: undefined,
        last: first,
        current: undefined,
      } as const;
      await clock.advance(leaseMs - 1);
      assert.equal((await otherStore.exchangeStatus(grantId)).held, true);
      assert.equal(await otherStore.openExchange(intent), undefined);
      await clock.advance(1);
      assert.equal((await otherStore.exchangeStatus(grantId)).held, false);
      const second = await otherStore.openExchange(intent);
      assert.ok(second !== undefined && second.exchangeId > first.exchangeId);
      assert.deepEqual((await otherStore.exchangeStatus(grantId)).held, true);
    });

    it('are kept by renewing the lease', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, grantId } = grant;
      const exchange = await grant.open('provision');
      for (let renewal = 0; renewal < 10; renewal++) {
        await clock.advance(leaseMs - 1);
        await store.renewLease(exchange);
      }
      await clock.advance(leaseMs - 1);
      const intent = {
        grantId,
        kind: 'provision',
        presented: undefined,
        last: exchange,
        current: undefined,
      } as const;
      assert.equal(await grant.otherStore.openExchange(intent), undefined);
    });

    it('are kept for all whose leases are renewed at once', async () => {
      await using grant = await oneGrant(openPlace);
      const { clock, store, otherStore } = grant;
      const exchanges = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          await store.connect(REALM, `user-${index}`);
          const { grantId } = (await store.view(REALM, `user-${index}`))!;
          const intent = {
            grantId,
            kind: 'provision',
            presented: undefined,
            last: undefined,
            current: undefined,
          } as const;
          return (await store.openExchange(intent))!;
        }),
      );
      await clock.advance(leaseMs - 1);
      await Promise.all(exchanges.map((exchange) => store.renewLease(exchange)));
      await clock.advance(leaseMs - 1);
      for (const { grantId } of exchanges) assert.equal((await otherStore.exchangeStatus(grantId)).held, true);
      await clock.advance(1);
      for (const { grantId } of exchanges) assert.equal((await otherStore.exchangeStatus(grantId)).held, false);
    });

    it('do not come back by renewing the lease of one that ended', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore, grantId, clock } = grant;
      const finished = await grant.open('provision');
      await store.finishFailed(finished, UNKNOWN);
      await store.renewLease(finished);
      assert.equal((await store.exchangeStatus(grantId)).held, false);
      const abandoned = await grant.open('provision');
      const taken = await grant.takeOver('provision');
      await store.renewLease(abandoned);
      await otherStore.finishFailed(taken, UNKNOWN);
      await clock.advance(1);
      assert.equal((await store.exchangeStatus(grantId)).held, false);
    });

    it('outlive a late finish of the exchange that they were taken over from', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.open('provision');
      const second = await grant.takeOver('provision');
      await finishObtained(grant.store, first, obtained('late'));
      const { held, last } = await grant.store.exchangeStatus(grant.grantId);
      assert.deepEqual([held, last?.exchangeId], [true, second.exchangeId]);
    });
  });

  describe(`unresolved exchanges in ${database}`, () => {
    it('are the open ones, until an upstream call and its margin are over', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId, clock } = grant;
      await grant.open('provision');
      await clock.advance(UNRESOLVED_MS - 1);
      assert.equal((await store.exchangeStatus(grantId)).isUnresolved, true);
      await clock.advance(1);
      assert.equal((await store.exchangeStatus(grantId)).isUnresolved, false);
    });

    it('are the abandoned ones too, until they are answered', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId, clock } = grant;
      const abandoned = await grant.open('provision');
      await clock.advance(leaseMs);
      const second = await grant.open('provision');
      await store.finishFailed(second, UNKNOWN);
      assert.equal((await store.exchangeStatus(grantId)).isUnresolved, true);
      await store.finishFailed(abandoned, UNKNOWN);
      assert.equal((await store.exchangeStatus(grantId)).isUnresolved, false);
    });

    it('count by the one that may take effect last', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, grantId, clock } = grant;
      await grant.open('provision');
      await grant.takeOver('provision');
      await clock.advance(UNRESOLVED_MS - 1);
      assert.equal((await store.exchangeStatus(grantId)).isUnresolved, true);
      await clock.advance(1);
      assert.equal((await store.exchangeStatus(grantId)).isUnresolved, false);
    });

    it('are none once every exchange has an answer of whatever kind', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      await grant.store.finishFailed(await grant.open('refresh', 1), UNKNOWN);
      assert.equal((await grant.store.exchangeStatus(grant.grantId)).isUnresolved, false);
    });
  });
}
