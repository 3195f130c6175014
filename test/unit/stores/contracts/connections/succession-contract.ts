import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Stores } from '../../../../../src/stores/index.ts';
import { Secret } from '../../../../../src/secret.ts';
import { Vault } from '../../../../../src/stores/vault/vault.ts';
import { obtained, REALM, SUBJECT } from '../../../../support/stores/one-grant.ts';
import { ringKey } from '../../../../support/stores/ring-key.ts';
import type { SqlPlace } from '../../../../support/stores/sql-place.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import { DAY_MS, OTHER_REALM } from '../../../../support/stores/upkeep-scene.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const LIMITS = { graceMs: 60_000, chainMs: 7 * DAY_MS };
const RING = [ringKey('k1')];

/** Which access tokens find their successor, whatever database is under it. */
export function successionContract(database: string, openPlace: () => Promise<SqlPlace>): void {
  describe(`an access token in ${database}`, () => {
    it('finds its subject while it lives, and for a grace after its end', async () => {
      await using place = await openPlace();
      const stores = await place.openAll();
      await give(stores, 'one', place.clock.now() + 10_000);
      assert.equal(await ownerOf(stores, 'one'), SUBJECT);
      await place.clock.advance(10_000 + LIMITS.graceMs - 1);
      assert.equal(await ownerOf(stores, 'one'), SUBJECT);
      await place.clock.advance(1);
      assert.equal(await ownerOf(stores, 'one'), undefined);
    });

    it('finds its subject though the credential has ended', async () => {
      await using place = await openPlace();
      const stores = await place.openAll();
      for (const name of ['one', 'two', 'three']) await give(stores, name);
      for (const name of ['one', 'two', 'three']) assert.equal(await ownerOf(stores, name), SUBJECT);
    });

    it('finds nobody unless it is the very one, of the very realm', async () => {
      await using place = await openPlace();
      const stores = await place.openAll();
      await give(stores, 'one');
      for (const other of ['', 'One', 'one ', 'on', 'refresh-one', 'one%', "' or 1=1 --"]) {
        assert.equal(await ownerOf(stores, other), undefined);
      }
      assert.equal(await stores.successions.find(OTHER_REALM, new Secret('one'), LIMITS), undefined);
    });

    it('finds its subject after a new key came first, and nobody under another ring', async () => {
      await using place = await openPlace();
      const old = await place.openAll({ vault: new Vault(RING) });
      await give(old, 'one');
      const rotated = await place.openAll({ vault: new Vault([ringKey('k2'), ...RING]) });
      assert.equal(await ownerOf(rotated, 'one'), SUBJECT);
      await give(rotated, 'two');
      assert.equal(await ownerOf(rotated, 'two'), SUBJECT);
      assert.equal(await ownerOf(old, 'two'), undefined);
    });

    it('finds nobody long after the last call for its subject, at whatever instance', async () => {
      await using place = await openPlace();
      const [stores, other] = [await place.openAll(), await place.openAll()];
      await give(stores, 'first');
      await place.clock.advance(6 * DAY_MS);
      await other.successions.noteCalls(REALM, ['nobody', SUBJECT]);
      await place.clock.advance(LIMITS.chainMs - 1);
      await give(stores, 'last');
      assert.equal(await ownerOf(stores, 'last'), SUBJECT);
      await place.clock.advance(1);
      assert.equal(await ownerOf(stores, 'last'), undefined);
      await stores.successions.noteCalls(OTHER_REALM, [SUBJECT]);
      assert.equal(await ownerOf(stores, 'last'), undefined, 'a call of another realm is none');
      await stores.successions.noteCalls(REALM, [SUBJECT]);
      assert.equal(await ownerOf(stores, 'last'), SUBJECT);
    });

    it('finds nobody once all up to then are ended; those of later exchanges do', async () => {
      await using place = await openPlace();
      const [stores, other] = [await place.openAll(), await place.openAll()];
      for (const name of ['one', 'two']) await give(stores, name);
      await other.successions.end(REALM, SUBJECT, undefined);
      for (const name of ['one', 'two']) assert.equal(await ownerOf(stores, name), undefined);
      await give(stores, 'three');
      assert.equal(await ownerOf(stores, 'three'), SUBJECT);
      assert.equal(await ownerOf(stores, 'two'), undefined);
    });

    it('ends with those before it where it is the one that is named', async () => {
      await using place = await openPlace();
      const stores = await place.openAll();
      for (const name of ['one', 'two', 'three']) await give(stores, name);
      for (const name of ['two', 'one', 'two']) await stores.successions.end(REALM, SUBJECT, new Secret(name));
      const owners = await Promise.all(['one', 'two', 'three'].map((name) => ownerOf(stores, name)));
      assert.deepEqual(owners, [undefined, undefined, SUBJECT]);
      await stores.successions.end(REALM, SUBJECT, new Secret('somebody else’s'));
      await stores.successions.end(REALM, 'somebody else', new Secret('three'));
      await stores.successions.end(REALM, 'somebody else', undefined);
      assert.equal(await ownerOf(stores, 'three'), SUBJECT);
    });

    it('finds nobody once its subject has left, though it comes back to the same grant', async () => {
      await using place = await openPlace();
      const stores = await place.openAll();
      await give(stores, 'one');
      const grantId = (await stores.grants.view(REALM, SUBJECT))?.grantId;
      await stores.connections.disconnect(REALM, SUBJECT);
      await place.query(`insert into connections (realm, subject, grant_id, created_at)
        values ('${REALM}', '${SUBJECT}', '${String(grantId)}', ${place.clock.now()})`);
      assert.equal(await ownerOf(stores, 'one'), undefined);
    });
  });
}

/** One more credential of the subject's grant. */
async function give({ grants }: Stores, name: string, expiresAt = 365 * DAY_MS * 100): Promise<void> {
  await grants.connect(REALM, SUBJECT);
  const exchange = await grants.openExchange(await intentOf(grants, REALM, SUBJECT, 'recover'));
  assert.ok(exchange !== undefined, 'the grant is held');
  await finishObtained(grants, exchange, obtained(name, { expiresAt }));
}

function ownerOf({ successions }: Stores, token: string): Promise<string | undefined> {
  return successions.find(REALM, new Secret(token), LIMITS);
}
