import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OpenPlace } from './grant-store-contract.ts';
import { obtained, oneGrant, REJECTED, UNKNOWN } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

/** A success is never turned away, and never displaces what is newer. */
export function lateAnswersContract(database: string, openPlace: OpenPlace): void {
  describe(`late answers in ${database}`, () => {
    it('are stored though the claim is another’s by now', async () => {
      await using grant = await oneGrant(openPlace);
      const slow = await grant.open('provision');
      await grant.takeOver('provision');
      await finishObtained(grant.store, slow, obtained('late'));
      assert.equal(await grant.current(), 'late');
      assert.ok((await grant.view()).integratedAt !== undefined);
    });

    it('are stored though the exchange had been finished as unknown', async () => {
      await using grant = await oneGrant(openPlace);
      const exchange = await grant.open('provision');
      await grant.store.finishFailed(exchange, UNKNOWN);
      await finishObtained(grant.otherStore, exchange, obtained('rescued'));
      assert.equal(await grant.current(), 'rescued');
    });

    it('leave the credential current whose exchange was opened last, though it was stored first', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const slow = await grant.open('refresh', first);
      const quick = await grant.takeOver('refresh', first);
      await finishObtained(grant.otherStore, quick, obtained('newer'));
      await finishObtained(grant.store, slow, obtained('older'));
      assert.equal(await grant.current(), 'newer');
    });

    it('serve where the newer credential turns out dead', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const slow = await grant.open('refresh', first);
      const quick = await grant.takeOver('refresh', first);
      await finishObtained(grant.otherStore, quick, obtained('newer'));
      await finishObtained(grant.store, slow, obtained('older'));
      await grant.store.finishFailed(await grant.open('refresh', quick.exchangeId), REJECTED);
      assert.equal(await grant.current(), 'older');
    });

    it('of a recovery supersede only what was opened before it', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const slow = await grant.open('recover');
      const quick = await grant.takeOver('refresh', first);
      await finishObtained(grant.otherStore, quick, obtained('newer'));
      await finishObtained(grant.store, slow, obtained('older'));
      const reasons = await grant.place.endReasons();
      assert.deepEqual(
        [reasons.get(first), reasons.get(slow.exchangeId), reasons.get(quick.exchangeId)],
        ['exchanged', null, null],
      );
      assert.equal(await grant.current(), 'newer');
    });

    it('that reject end the presented credential and nothing that came meanwhile', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const slow = await grant.open('refresh', first);
      const quick = await grant.takeOver('refresh', first);
      await grant.store.finishFailed(slow, REJECTED);
      assert.equal((await grant.place.endReasons()).get(first), 'rejected');
      await finishObtained(grant.otherStore, quick, obtained('two'));
      assert.equal(await grant.current(), 'two');
    });
  });
}
