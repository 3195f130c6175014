import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { Vault } from '../../../../src/stores/vault/vault.ts';
import { imported, importStoreContract } from '../contracts/connections/import-store-contract.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';

importStoreContract('SQLite', async () => {
  const place = await sqlitePlace();
  const query = (sql: string) => {
    using database = new DatabaseSync(place.path, { timeout: 10_000 });
    return Promise.resolve(database.prepare(sql).all());
  };
  return { ...place, query };
});

it('an import is known again after a key was put first in the ring', async () => {
  await using place = await sqlitePlace();
  const old = ringKey('k1');
  const { imports } = await place.openAll({ vault: new Vault([old]) });
  await imports.add([imported('one')]);
  const later = await place.openAll({ vault: new Vault([ringKey('k2'), old]) });
  assert.deepEqual(await later.imports.add([imported('one')]), ['already_there']);
  assert.equal(place.rows('select 1 from credentials').length, 1);
});
