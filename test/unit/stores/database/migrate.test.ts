import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { migrateFile } from '../../../support/stores/migrate-file.ts';
import { NewerSchemaError } from '../../../../src/stores/database/migrate.ts';
import { inAProcess } from '../../../support/stores/in-a-process.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';

const SCHEMA = 'select type, name, sql from sqlite_schema order by type, name';

describe('migrations', () => {
  it('are applied once, in their order', async () => {
    await using place = await sqlitePlace();
    const applied = await migrateFile(place.path);
    assert.ok(applied.length > 0);
    const schema = place.rows(SCHEMA);
    assert.deepEqual(await migrateFile(place.path), []);
    assert.deepEqual(place.rows(SCHEMA), schema);
    assert.deepEqual(
      place.rows('select name from migrations order by id').map(({ name }) => name),
      applied,
    );
  });

  it('are applied once by four processes that start at once on a new file', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 5; round++) {
      await using place = await sqlitePlace();
      const processes = Array.from({ length: 4 }, () => inAProcess('migrate-process.ts', place.path));
      for (const each of processes) assert.equal(await each.nextLine(), 'ready');
      for (const { child } of processes) child.stdin?.write('go\n');
      const codes = await Promise.all(processes.map(({ ended }) => ended));
      assert.deepEqual(codes, [0, 0, 0, 0], `round ${round}`);
      const said = await Promise.all(processes.map((each) => each.nextLine()));
      const applied = said.flatMap((line) => JSON.parse(line) as string[]);
      assert.deepEqual(
        applied.sort(),
        place
          .rows('select name from migrations')
          .map(({ name }) => name)
          .sort(),
      );
    }
  });

  it('refuse a database of a later version, and leave it as it is', async () => {
    await using place = await sqlitePlace();
    await migrateFile(place.path);
    const database = new DatabaseSync(place.path);
    database.exec("insert into migrations values (9999, 'from the future', 0, 9999)");
    database.close();
    const before = place.rows('select * from migrations');
    await assert.rejects(migrateFile(place.path), NewerSchemaError);
    await assert.rejects(place.openAll(), NewerSchemaError);
    assert.deepEqual(place.rows('select * from migrations'), before);
  });

  it('of which one fails leave nothing of it behind', async () => {
    await using place = await sqlitePlace();
    const database = new DatabaseSync(place.path);
    database.exec('create table credentials (stranger text)');
    database.close();
    await assert.rejects(migrateFile(place.path));
    assert.deepEqual(
      place.rows("select name from sqlite_schema where type = 'table' order by name").map(({ name }) => name),
      ['credentials', 'migration_steps', 'migrations', 'migrators'],
    );
    assert.deepEqual(place.rows('select * from migrations'), []);
  });
});
