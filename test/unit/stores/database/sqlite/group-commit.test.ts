import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_BOUNDS } from '../../../../../src/grants/exchange.ts';
import type { SqlDatabase } from '../../../../../src/stores/database/sql-database.ts';
import { openSqlite } from '../../../../../src/stores/database/sqlite/sqlite.ts';
import { migrate } from '../../../../../src/stores/database/migrate.ts';
import { groupCommit, type GroupCommit } from '../../../../../src/stores/database/sqlite/group-commit.ts';
import { temporaryDirectory } from '../../../../support/stores/open-test-stores.ts';
import { TestClock } from '../../../../support/stores/test-clock.ts';

/** Counts transactions from now on. */
function countCommits({ db }: SqlDatabase): () => number {
  let commits = 0;
  const begin = db.transaction.bind(db);
  db.transaction = () => {
    commits += 1;
    return begin();
  };
  return () => commits;
}

async function openDatabase() {
  const folder = await temporaryDirectory();
  const path = join(folder.path, 'evergrant.db');
  await migrate({ location: { kind: 'sqlite', path } });
  const database = await openSqlite({ path, clock: new TestClock(), unresolvedMs: DEFAULT_BOUNDS.upstreamMs });
  const add = (id: string, fail = false) => addBy((work) => database.transact(work), id, fail);
  const addBy = (transact: GroupCommit['commit'], id: string, fail = false) =>
    transact(async (transaction) => {
      await transaction.insertInto('grants').values({ id, realm: 'some', failures: 0, created_at: 0 }).execute();
      if (fail) throw new Error(`${id} fails`);
      return id;
    });
  const ids = () => {
    const reader = new DatabaseSync(path, { readOnly: true });
    try {
      return reader
        .prepare('select id from grants order by id')
        .all()
        .map((row) => row['id']);
    } finally {
      reader.close();
    }
  };
  return {
    database,
    path,
    add,
    addBy,
    ids,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('transactions that come together on SQLite', () => {
  it('are each acknowledged with their own result, once they are on the disk', async () => {
    await using at = await openDatabase();
    const added = Array.from({ length: 200 }, async (_, index) => {
      const id = await at.add(`grant-${index}`);
      assert.ok(at.ids().includes(id), 'acknowledged before it was there');
      return id;
    });
    assert.deepEqual(
      await Promise.all(added),
      Array.from({ length: 200 }, (_, index) => `grant-${index}`),
    );
  });

  it('share one commit where they come in one turn of the loop, however they come to it', async () => {
    await using at = await openDatabase();
    const commits = countCommits(at.database);
    const { commit } = groupCommit(at.database.db, () => false);
    const added = Array.from({ length: 30 }, async (_, index) => {
      for (let steps = 0; steps < index; steps += 1) await Promise.resolve();
      await at.addBy(commit, `grant-${index}`);
    });
    await Promise.all(added);
    assert.equal(commits(), 1);
  });

  it('share their commits', async () => {
    await using at = await openDatabase();
    const commits = countCommits(at.database);
    await Promise.all(Array.from({ length: 100 }, (_, index) => at.add(`grant-${index}`)));
    assert.ok(commits() <= 4, `${commits()} commits`);
  });

  it('let one ahead that is worth nothing once it comes late', async () => {
    await using at = await openDatabase();
    const { commit, commitAhead } = groupCommit(at.database.db, () => false);
    const done: string[] = [];
    const crowd = Array.from({ length: 200 }, async (_, index) => done.push(await at.addBy(commit, `grant-${index}`)));
    const urgent = at.addBy(commitAhead, 'urgent').then((id) => done.push(id));
    await Promise.all([...crowd, urgent]);
    assert.ok(done.indexOf('urgent') < 100, `number ${done.indexOf('urgent')}`);
  });

  it('do not suffer from one that fails', async () => {
    await using at = await openDatabase();
    const outcomes = await Promise.allSettled([at.add('a'), at.add('b', true), at.add('c'), at.add('a'), at.add('d')]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(at.ids(), ['a', 'c', 'd']);
  });

  it('are done in few commits where one of them fails, and let others ahead meanwhile', async () => {
    await using at = await openDatabase();
    const commits = countCommits(at.database);
    const { commit, commitAhead } = groupCommit(at.database.db, () => false);
    const done: string[] = [];
    const note = (id: string) => done.push(id);
    const first = at.addBy(commit, 'first').then(note);
    await turn();
    const crowd = Array.from({ length: 64 }, (_, index) => at.addBy(commit, `grant-${index}`, index === 40).then(note));
    await first;
    await turn();
    // The crowd's commit has failed by now, and halves of it wait.
    const urgent = at.addBy(commitAhead, 'urgent').then(note);
    const outcomes = await Promise.allSettled([...crowd, urgent]);
    assert.deepEqual(
      outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
      [40],
    );
    assert.deepEqual(done.slice(0, 2), ['first', 'urgent']);
    assert.deepEqual(at.ids().length, 65);
    assert.ok(commits() <= 16, `${commits()} commits`);
  });

  it('leave the file to others for a while after they have held it long', async () => {
    await using at = await openDatabase();
    await using other = await openSqlite({ path: at.path, clock: new TestClock(), unresolvedMs: 1_000 });
    const order: string[] = [];
    const long = (async () => {
      for (let round = 0; round < 12; round += 1) {
        await at.database.transact(() => sleep(100));
        order.push('long');
      }
    })();
    await sleep(50);
    await at.addBy((work) => other.transact(work), 'short');
    order.push('short');
    await long;
    assert.ok(order.indexOf('short') < 6, order.join());
  });

  it('wait for another process that writes, and go on after one that did not end', async () => {
    await using at = await openDatabase();
    const other = new DatabaseSync(at.path);
    other.exec('begin immediate');
    const waiting = [at.add('a'), at.add('b')];
    setTimeout(() => {
      other.exec('rollback');
      other.close();
    }, 300);
    assert.deepEqual(await Promise.all(waiting), ['a', 'b']);
    assert.equal(await at.add('c'), 'c');
  });
});
