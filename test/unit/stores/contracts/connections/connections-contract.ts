import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OpenPlace } from '../grants/grant-store-contract.ts';
import { REALM, SUBJECT } from '../../../../support/stores/one-grant.ts';

/** A subject is connected once. */
export function connectionsContract(database: string, openPlace: OpenPlace): void {
  describe(`connections in ${database}`, () => {
    it('are not there until they are made', async () => {
      await using place = await openPlace();
      const store = await place.open();
      assert.equal(await store.view(REALM, SUBJECT), undefined);
      assert.equal(await store.account(REALM, SUBJECT), undefined);
    });

    it('begin with a grant that has nothing yet', async () => {
      await using place = await openPlace();
      const store = await place.open();
      await store.connect(REALM, SUBJECT);
      const { grantId, ...rest } = (await store.view(REALM, SUBJECT))!;
      assert.ok(grantId.length > 0);
      const nothing = { accountId: undefined, integratedAt: undefined, backoff: undefined, current: undefined };
      assert.deepEqual(rest, { ...nothing, unsettled: false });
      assert.deepEqual(await store.exchangeStatus(grantId), {
        last: undefined,
        recentExchanges: 0,
        held: false,
        isUnresolved: false,
      });
      assert.equal(await store.standingApplicant(grantId), undefined);
    });

    it('are made once, however often and by however many at once they are asked for', async () => {
      await using place = await openPlace();
      const [store, otherStore] = [await place.open(), await place.open()];
      await Promise.all(Array.from({ length: 60 }, () => store.connect(REALM, SUBJECT)));
      const before = await store.view(REALM, SUBJECT);
      await otherStore.connect(REALM, SUBJECT);
      assert.equal((await store.view(REALM, SUBJECT))?.grantId, before?.grantId);
      assert.equal(await place.countGrants(), 1);
    });

    it('keep subjects and realms apart', async () => {
      await using place = await openPlace();
      const store = await place.open();
      const pairs = [
        [REALM, 'alice'],
        [REALM, 'Alice'],
        [REALM, 'alice '],
        ['some-provider https://api.example.com client-2', 'alice'],
        [REALM, "a'; drop table grants; --"],
        [REALM, 'älice 🗓'],
      ] as const;
      for (const [realm, subject] of pairs) await store.connect(realm, subject);
      const grants = await Promise.all(pairs.map(([realm, subject]) => store.view(realm, subject)));
      assert.equal(new Set(grants.map((view) => view?.grantId)).size, pairs.length);
    });
  });
}
