import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../../src/secret.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import {
  ACCOUNT_GONE,
  obtained,
  oneGrant,
  REALM,
  REJECTED,
  SUBJECT,
  UNKNOWN,
} from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

/** What is appended, what ends, and what is current. */
export function credentialsContract(database: string, openPlace: OpenPlace): void {
  describe(`credentials in ${database}`, () => {
    it('are read back as they were obtained', async () => {
      await using grant = await oneGrant(openPlace);
      const openedAt = grant.clock.now();
      const exchange = await grant.open('provision');
      await grant.clock.advance(700);
      await finishObtained(grant.store, exchange, obtained('one', { expiresAt: openedAt + 42_000 }));
      const view = (await grant.otherStore.view(REALM, SUBJECT))!;
      const current = view.current!;
      assert.equal(current.exchangeId, exchange.exchangeId);
      assert.equal(current.obtainedAt, openedAt + 700);
      assert.deepEqual([current.expiresAt, current.tokenType], [openedAt + 42_000, 'Bearer']);
      assert.equal(current.accessToken().reveal(), 'one');
      assert.equal(current.refreshToken()?.reveal(), 'refresh-one');
      assert.equal(view.integratedAt, openedAt + 700);
      assert.equal(view.unsettled, false);
    });

    it('say when the grant was first integrated, whatever comes later', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const { integratedAt } = await grant.view();
      await grant.obtain('two', 'refresh', first);
      assert.equal((await grant.view()).integratedAt, integratedAt);
    });

    it('end as exchanged when their refresh token has been spent', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const second = await grant.obtain('two', 'refresh', first);
      assert.deepEqual(
        await grant.place.endReasons(),
        new Map<number, unknown>([
          [first, 'exchanged'],
          [second, null],
        ]),
      );
      assert.equal(await grant.current(), 'two');
    });

    it('are appended once: a replay changes nothing', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, otherStore } = grant;
      const first = await grant.obtain('one');
      const exchange = await grant.open('refresh', first);
      await Promise.all([
        finishObtained(store, exchange, obtained('two')),
        finishObtained(store, exchange, obtained('two')),
        finishObtained(store, exchange, obtained('other')),
      ]);
      assert.equal(await grant.current(), 'two');
      const third = await grant.obtain('three', 'refresh', exchange.exchangeId);
      await finishObtained(store, exchange, obtained('two'));
      await finishObtained(otherStore, exchange, obtained('two'));
      assert.equal(await grant.current(), 'three');
      assert.deepEqual([...(await grant.place.endReasons()).keys()], [first, exchange.exchangeId, third]);
      assert.equal((await grant.view()).unsettled, false);
    });

    it('replayed after a failure leave its back-off alone', async () => {
      await using grant = await oneGrant(openPlace);
      const exchange = await grant.open('provision');
      await finishObtained(grant.store, exchange, obtained('one'));
      const backoff = { failures: 3, retryAt: grant.clock.now() + 9_000, lastFailure: 'unknown' } as const;
      await grant.store.finishFailed(await grant.open('refresh', exchange.exchangeId), { ...UNKNOWN, backoff });
      await finishObtained(grant.store, exchange, obtained('one'));
      assert.deepEqual((await grant.view()).backoff, backoff);
    });

    for (const kind of ['recover', 'provision'] as const) {
      it(`end as superseded when a later ${kind} succeeds`, async () => {
        await using grant = await oneGrant(openPlace);
        const first = await grant.obtain('one');
        const second = await grant.obtain('two', kind);
        assert.deepEqual(
          await grant.place.endReasons(),
          new Map<number, unknown>([
            [first, 'superseded'],
            [second, null],
          ]),
        );
      });
    }

    it('are not superseded by a refresh', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const stray = await grant.open('refresh', first);
      const second = await grant.takeOver('refresh', first);
      await finishObtained(grant.store, stray, obtained('stray'));
      await finishObtained(grant.otherStore, second, obtained('two'));
      assert.deepEqual([...(await grant.place.endReasons()).values()], ['exchanged', null, null]);
    });

    it('are superseded in their own grant only', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      await grant.store.connect(REALM, 'bob');
      const { grantId } = (await grant.store.view(REALM, 'bob'))!;
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      await finishObtained(grant.store, (await grant.store.openExchange(intent))!, obtained('of bob'));
      assert.equal(await grant.current(), 'one');
    });

    it('keep the reason they first ended for', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.store.finishFailed(await grant.open('refresh', first), REJECTED);
      await grant.obtain('two');
      assert.equal((await grant.place.endReasons()).get(first), 'rejected');
    });

    it('end as rejected when they were the one presented, and no other does', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const stray = await grant.open('refresh', first);
      const loser = await grant.takeOver('refresh', first);
      await finishObtained(grant.store, stray, obtained('two'));
      await grant.otherStore.finishFailed(loser, REJECTED);
      assert.deepEqual(
        await grant.place.endReasons(),
        new Map<number, unknown>([
          [first, 'exchanged'],
          [stray.exchangeId, null],
        ]),
      );
      assert.equal(await grant.current(), 'two');
    });

    it('are none where the only one was rejected', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.store.finishFailed(await grant.open('refresh', first), REJECTED);
      assert.equal(await grant.current(), undefined);
      assert.ok((await grant.view()).integratedAt !== undefined);
    });

    for (const failure of [UNKNOWN, ACCOUNT_GONE, ...harmless()]) {
      it(`do not end when the answer is ${failure.answer.kind}`, async () => {
        await using grant = await oneGrant(openPlace);
        const first = await grant.obtain('one');
        await grant.store.finishFailed(await grant.open('refresh', first), failure);
        assert.equal(await grant.current(), 'one');
      });
    }

    it('inherit the refresh token that was presented where the answer has none', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const second = await grant.open('refresh', first);
      await finishObtained(grant.store, second, obtained('two', { refresh: false }));
      const third = await grant.open('refresh', second.exchangeId);
      await finishObtained(grant.store, third, obtained('three', { refresh: false }));
      const { current } = await grant.view();
      assert.equal(current?.refreshToken()?.reveal(), 'refresh-one');
    });

    it('have no refresh token where none was presented and the answer has none', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      await finishObtained(grant.store, await grant.open('recover'), obtained('two', { refresh: false }));
      const { current } = await grant.view();
      assert.ok(current !== undefined);
      assert.equal(current.refreshToken(), undefined);
    });

    it('hold tokens of any text and length', async () => {
      await using grant = await oneGrant(openPlace);
      const long = Array.from({ length: 8192 }, (_, index) => String.fromCharCode(33 + (index % 94))).join('');
      const exchange = await grant.open('provision');
      const { tokens } = obtained('one');
      await finishObtained(grant.store, exchange, {
        kind: 'obtained',
        tokens: { ...tokens, accessToken: new Secret(long) },
      });
      assert.equal(await grant.current(), long);
    });
  });
}

function harmless() {
  const kinds = ['throttled', 'not_sent', 'client_refused', 'account_taken'] as const;
  return kinds.map((kind) => ({ answer: { kind, detail: 'said no' }, recoveryPath: 'self' as const }));
}
