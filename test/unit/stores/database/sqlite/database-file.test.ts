import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { obtained, oneGrant, REALM } from '../../../../support/stores/one-grant.ts';
import { sqlitePlace } from '../../../../support/stores/open-test-stores.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

const ACCESS = 'eyJhY2Nlc3M-plain-access-token-0123456789abcdef';
const REFRESH = `refresh-${ACCESS}`;

describe('the SQLite file', () => {
  it('is readable by its owner alone', { skip: process.platform === 'win32' }, async () => {
    await using place = await sqlitePlace();
    await place.open();
    for (const name of readdirSync(dirname(place.path))) {
      assert.equal(statSync(join(dirname(place.path), name)).mode & 0o077, 0, name);
    }
  });

  it('holds no token in plain text, base64 or hex, nor do the files next to it', async () => {
    await using place = await sqlitePlace();
    await using grant = await oneGrant(() => Promise.resolve(place));
    await finishObtained(grant.store, await grant.open('provision'), obtained(ACCESS));
    const files = readdirSync(dirname(place.path));
    assert.ok(files.includes('evergrant.db-wal'));
    const bytes = files.map((name) => readFileSync(join(dirname(place.path), name)).toString('latin1')).join('');
    assert.ok(bytes.includes(REALM), 'the files were read');
    for (const token of [ACCESS, REFRESH]) {
      for (const encoding of ['latin1', 'base64', 'base64url', 'hex', 'utf16le'] as const) {
        // Cut at both ends: base64 of a text within a text depends on where it begins.
        const text = Buffer.from(token).toString(encoding).slice(4, -4);
        assert.ok(!bytes.includes(text), `${encoding} of ${token.slice(0, 7)}`);
      }
    }
  });

  it('lets a sealed token open in no other row and no other column', async () => {
    await using place = await sqlitePlace();
    await using grant = await oneGrant(() => Promise.resolve(place));
    const first = await grant.obtain('one');
    await grant.obtain('two', 'refresh', first);
    const database = new DatabaseSync(place.path);
    const tamper = (sql: string) => {
      database.exec(sql);
      return grant.view();
    };
    const [before] = place.rows('select access_token from credentials where exchange_id = 2');
    const swapped = await tamper(
      'update credentials set access_token = (select access_token from credentials where exchange_id = 1) where exchange_id = 2',
    );
    assert.throws(() => swapped.current?.accessToken(), { code: 'integrity_error' });
    const crossed = await tamper('update credentials set access_token = refresh_token where exchange_id = 2');
    assert.throws(() => crossed.current?.accessToken(), { code: 'integrity_error' });
    database
      .prepare('update credentials set access_token = ? where exchange_id = 2')
      .run(before!['access_token'] as Uint8Array);
    assert.equal(await grant.current(), 'two');
    database.close();
  });

  it('answers a check, and none once it is closed', async () => {
    await using place = await sqlitePlace();
    const stores = await place.openAll();
    await stores.check();
    await stores[Symbol.asyncDispose]();
    await assert.rejects(stores.check());
  });

  it('is shared by two instances of one process that write at once', async () => {
    await using place = await sqlitePlace();
    const [one, other] = [await place.open(), await place.open()];
    await Promise.all([one.connect(REALM, 'alice'), other.connect(REALM, 'bob')]);
    assert.equal(await place.countGrants(), 2);
  });

  it('is not taken for a dead predecessor’s by a second instance of the same process', async () => {
    await using place = await sqlitePlace();
    await using grant = await oneGrant(() => Promise.resolve(place));
    await grant.open('provision');
    await place.open();
    assert.equal((await grant.store.exchangeStatus(grant.grantId)).held, true);
  });
});
