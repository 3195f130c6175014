import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GrantStore } from '../../src/grants/store.ts';
import { Secret } from '../../src/secret.ts';
import { Vault } from '../../src/stores/vault.ts';
import type { OpenPlace } from './grant-store-contract.ts';
import { obtained, oneGrant, REALM, SUBJECT } from './one-grant.ts';
import { intentOf } from './intent-of.ts';
import { ringKey } from './ring-key.ts';

const GRACE_MS = 60_000;
const OWNER = `${SUBJECT} at ${REALM}`;

/** Whose an access token is or was. */
export function tokenLookupContract(database: string, openPlace: OpenPlace): void {
  describe(`an access token in ${database}`, () => {
    it('finds its subject while it lives, and for a grace after its end', async () => {
      await using grant = await oneGrant(openPlace);
      const { store, clock } = grant;
      const expiresAt = clock.now() + 10_000;
      await store.finishObtained(await grant.open('provision'), obtained('one', { expiresAt }));
      assert.deepEqual(await ownerOf(store, 'one'), OWNER);
      await clock.advance(10_000 + GRACE_MS - 1);
      assert.deepEqual(await ownerOf(store, 'one'), OWNER);
      await clock.advance(1);
      assert.equal(await ownerOf(store, 'one'), undefined);
    });

    it('finds its subject though the credential has ended', async () => {
      await using grant = await oneGrant(openPlace);
      const first = await grant.obtain('one');
      await grant.obtain('two', 'refresh', first);
      await grant.obtain('three');
      for (const name of ['one', 'two', 'three']) {
        assert.deepEqual(await ownerOf(grant.store, name), OWNER);
      }
    });

    it('finds nobody unless it is the very one', async () => {
      await using grant = await oneGrant(openPlace);
      await grant.obtain('one');
      for (const other of ['', 'One', 'one ', 'on', 'refresh-one', 'one%', "' or 1=1 --"]) {
        assert.equal(await ownerOf(grant.store, other), undefined);
      }
    });

    it('finds its subject after a new key came first, and nobody under another ring', async () => {
      await using place = await openPlace();
      const [first, second] = [ringKey('k1'), ringKey('k2')];
      const store = await place.open({ vault: new Vault([first]) });
      await store.connect(REALM, SUBJECT);
      const { grantId } = (await store.view(REALM, SUBJECT))!;
      const intent = { grantId, kind: 'provision', presented: undefined, last: undefined, current: undefined } as const;
      await store.finishObtained((await store.openExchange(intent))!, obtained('one'));
      const rotated = await place.open({ vault: new Vault([second, first]) });
      assert.deepEqual(await ownerOf(rotated, 'one'), OWNER);
      assert.equal((await rotated.view(REALM, SUBJECT))?.current?.accessToken().reveal(), 'one');
      const next = await intentOf(rotated, REALM, SUBJECT, 'refresh');
      await rotated.finishObtained((await rotated.openExchange(next))!, obtained('two'));
      assert.deepEqual(await ownerOf(rotated, 'two'), OWNER);
      assert.equal(await ownerOf(store, 'two'), undefined);
    });
  });
}

async function ownerOf(store: GrantStore, token: string): Promise<string | undefined> {
  const owner = await store.findByAccessToken(new Secret(token), GRACE_MS);
  return owner && `${owner.subject} at ${owner.realm}`;
}
