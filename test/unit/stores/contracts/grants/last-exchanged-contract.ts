import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OpenPlace } from './grant-store-contract.ts';
import { obtained, oneGrant, REALM, REJECTED, UNKNOWN, type OneGrant } from '../../../../support/stores/one-grant.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

/** What may be presented once more where a provider has a grace. */
export function lastExchangedContract(database: string, openPlace: OpenPlace): void {
  describe(`the credential exchanged last in ${database}`, () => {
    it('is none before any was', async () => {
      await using grant = await oneGrant(openPlace);
      assert.equal(await last(grant), undefined);
      await grant.obtain('one');
      assert.equal(await last(grant), undefined);
    });

    it('is the newest that was exchanged, with all that may be of use', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const second = await grant.obtain('two', 'refresh', first);
      assert.equal(await last(grant), 'one');
      await grant.obtain('three', 'refresh', second);
      const found = await grant.otherStore.lastExchanged(grant.grantId);
      assert.equal(found?.exchangeId, second);
      assert.equal(found.refreshToken()?.reveal(), 'refresh-two');
      assert.equal(found.tokenType, 'Bearer');
      assert.equal(found.expiresAt, obtained('two').tokens.expiresAt);
    });

    it('is none that ended otherwise', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.store.finishFailed(await grant.open('refresh', first), REJECTED);
      await grant.obtain('two');
      await grant.obtain('three');
      assert.equal(await last(grant), undefined);
    });

    it('stays when the credential after it is refused', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const second = await grant.obtain('two', 'refresh', first);
      await grant.store.finishFailed(await grant.open('refresh', second), REJECTED);
      assert.equal(await last(grant), 'one');
    });

    it('stays when nobody knows what came of presenting it once more', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.obtain('two', 'refresh', first);
      await grant.store.finishFailed(await grant.open('refresh', first), UNKNOWN);
      assert.equal(await last(grant), 'one');
    });

    it('is none once it has been refused, and no older one takes its place', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      const second = await grant.obtain('two', 'refresh', first);
      const third = await grant.obtain('three', 'refresh', second);
      await grant.store.finishFailed(await grant.open('refresh', third), REJECTED);
      assert.equal(await last(grant), 'two');
      await grant.store.finishFailed(await grant.open('refresh', second), REJECTED);
      assert.equal(await last(grant), undefined);
    });

    it('is none without a refresh token', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.open('recover');
      await finishObtained(grant.store, first, obtained('one', { refresh: false }));
      await grant.obtain('two', 'refresh', first.exchangeId);
      assert.equal(await last(grant), undefined);
    });

    it('is of its own grant', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.obtain('two', 'refresh', first);
      await grant.store.connect(REALM, 'bob');
      const { grantId } = (await grant.store.view(REALM, 'bob'))!;
      assert.equal(await grant.store.lastExchanged(grantId), undefined);
    });
  });
}

async function last(grant: OneGrant): Promise<string | undefined> {
  return (await grant.store.lastExchanged(grant.grantId))?.refreshToken()?.reveal().replace('refresh-', '');
}
