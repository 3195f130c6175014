import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { environment, readRows } from '../support/service/start-service.ts';
import { evergrant, newWorkFolder } from '../support/start-command.ts';

function newMigrateScene() {
  const folder = newWorkFolder();
  const databasePath = join(folder.path, 'evergrant.db');
  const env = environment('http://127.0.0.1:9', databasePath);
  return {
    folder,
    databasePath,
    migrate: (...args: string[]) => evergrant(['migrate', ...args], { cwd: folder.path, env }),
    [Symbol.dispose]: () => {
      folder[Symbol.dispose]();
    },
  };
}

describe('evergrant migrate', { concurrency: 3 }, () => {
  it('makes the schema the first time, changes nothing the second time, and says so', async () => {
    using scene = newMigrateScene();
    const first = await scene.migrate('--json');
    assert.equal(first.code, 0, first.stderr);
    assert.ok(JSON.parse(first.stdout).applied.length > 0);
    assert.equal(statSync(scene.databasePath).mode & 0o077, 0);
    const schema = readRows(scene.databasePath, 'select sql from sqlite_master order by name');
    const second = await scene.migrate('--json');
    assert.deepEqual([second.code, JSON.parse(second.stdout)], [0, { applied: [] }]);
    const third = await scene.migrate();
    assert.equal(third.code, 0);
    assert.match(third.stdout, /up to date/);
    assert.deepEqual(readRows(scene.databasePath, 'select sql from sqlite_master order by name'), schema);
  });

  it('works on the data of dev when told to, and on no other', async () => {
    using folder = newWorkFolder();
    const { code, stderr } = await evergrant(['migrate', '--dev'], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(join(folder.path, '.evergrant/evergrant.db')));
    assert.ok(!existsSync(join(folder.path, 'evergrant.db')));
  });

  it('leaves a database alone that a later version wrote', async () => {
    using scene = newMigrateScene();
    assert.match((await scene.migrate()).stdout, /^Applied: \w+/);
    {
      using database = new DatabaseSync(scene.databasePath);
      database.exec("insert into migrations values (999, 'later', 0, 999)");
    }
    const { code, stderr } = await scene.migrate();
    assert.equal(code, 1);
    assert.match(stderr, /schema 999.*newer version/);
    assert.doesNotMatch(stderr, /^ +at /m);
  });
});
