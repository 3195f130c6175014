import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { NO_OBSERVER } from '../../../src/grants/observer.ts';
import { replayRescued } from '../../../src/grants/keeper/rescue.ts';
import type { GrantStore } from '../../../src/grants/storage/grant-store.ts';
import { Secret } from '../../../src/secret.ts';
import { RescueFolder } from '../../../src/stores/vault/rescue-folder.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock } from '../../../src/composition/system-clock.ts';
import { intentOf } from '../../support/stores/intent-of.ts';
import { obtained, REALM } from '../../support/stores/one-grant.ts';
import { sqlitePlace } from '../../support/stores/open-test-stores.ts';
import { ringKey } from '../../support/stores/ring-key.ts';
import { finishObtained } from '../../support/stores/scheduled.ts';

const RESCUED = Array.from({ length: 10 }, (_, index) => `rescued-${index}`);
const OTHERS = Array.from({ length: 20 }, (_, index) => `other-${index}`);

async function provide(grants: GrantStore, subject: string): Promise<void> {
  await grants.connect(REALM, subject);
  const exchange = await grants.openExchange(await intentOf(grants, REALM, subject, 'provision'));
  await finishObtained(grants, exchange!, obtained(`first of ${subject}`));
}

describe('a backup that is restored', () => {
  it('takes every answer that was rescued since, whoever has its number by now', async () => {
    const vault = new Vault([ringKey('k1')]);
    await using place = await sqlitePlace();
    const folder = `${place.path}-rescue`;
    const trouble: string[] = [];
    const rescue = new RescueFolder(folder, vault, (what) => trouble.push(what));
    const backup = `${place.path}.backup`;
    {
      await using stores = await place.openAll({ vault });
      const { grants } = stores;
      for (const subject of RESCUED) await provide(grants, subject);
      place.rows(`vacuum into '${backup}'`);
      for (const subject of RESCUED) {
        const exchange = await grants.openExchange(await intentOf(grants, REALM, subject, 'refresh'));
        await rescue.keep(exchange!, obtained(`second of ${subject}`));
      }
    }
    await copyFile(backup, place.path);
    await using stores = await place.openAll({ vault });
    const { grants } = stores;
    for (const subject of OTHERS) await provide(grants, subject);
    const first = await grants.openExchange(await intentOf(grants, REALM, 'rescued-0', 'refresh'));
    assert.equal(first?.exchangeId, 2, 'the number that its rescued answer had');
    assert.equal(
      await replayRescued({ rescue, store: grants, clock: systemClock, observer: NO_OBSERVER }),
      RESCUED.length,
    );
    for (const subject of [...RESCUED, ...OTHERS]) {
      const token = (await grants.view(REALM, subject))?.current?.accessToken().reveal();
      assert.equal(token, `${subject.startsWith('other') ? 'first' : 'second'} of ${subject}`);
    }
    assert.deepEqual(await readdir(folder), []);
    assert.deepEqual(trouble, []);
  });

  it('takes an answer that was rescued when a number was all that named an exchange', async () => {
    const vault = new Vault([ringKey('k1')]);
    await using place = await sqlitePlace();
    const folder = `${place.path}-rescue`;
    await using stores = await place.openAll({ vault });
    const { grants } = stores;
    await provide(grants, 'alice');
    const { grantId } = (await grants.view(REALM, 'alice'))!;
    const exchange = { id: 7, grantId, kind: 'refresh', presentedId: 1, openedAt: Date.UTC(2026, 5, 2) };
    const tokens = { accessToken: 'second', refreshToken: 'refresh-second', expiresAt: 4e12, tokenType: 'Bearer' };
    const sealed = vault.seal(new Secret(JSON.stringify({ exchange, ...tokens })), {
      grantId,
      exchangeId: 7,
      field: 'rescue',
    });
    await mkdir(folder);
    await writeFile(`${folder}/7.${grantId}.sealed`, sealed);
    const rescue = new RescueFolder(folder, vault, assert.fail);
    const current = async () => (await grants.view(REALM, 'alice'))?.current?.accessToken().reveal();
    assert.equal(await replayRescued({ rescue, store: grants, clock: systemClock, observer: NO_OBSERVER }), 1);
    const { kinds } = await stores.events.counts();
    assert.deepEqual(
      kinds.map(({ type, count }) => [type, count]),
      [
        ['grant.created', 1],
        ['grant.refreshed', 1],
      ],
    );
    assert.deepEqual(await readdir(folder), []);
    assert.equal(await current(), 'second');
  });
});
