import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { StoreUnavailableError } from '../../../../../src/grants/errors.ts';
import { migrate } from '../../../../../src/stores/database/migrate.ts';
import { openSqlite } from '../../../../../src/stores/database/sqlite/sqlite.ts';
import { temporaryDirectory } from '../../../../support/stores/open-test-stores.ts';
import { TestClock } from '../../../../support/stores/test-clock.ts';

const IS_LINUX = process.platform === 'linux';

/** A database that is open, with one row in it, and what was told of it. */
async function openDatabase({ linked = false } = {}) {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await temporaryDirectory());
  const path = join(folder.path, 'evergrant.db');
  if (linked) symlinkSync(join(folder.path, 'first.db'), path);
  const told: string[] = [];
  const options = { path, clock: new TestClock(), unresolvedMs: 1_000 };
  await migrate({ location: { kind: 'sqlite', path } });
  const database = await openSqlite({ ...options, trouble: (what) => told.push(what) });
  let closing: Promise<unknown> | undefined;
  const close = async () => {
    await (closing ??= Promise.resolve(database[Symbol.asyncDispose]()));
  };
  opened.defer(close);
  const add = (id: string) =>
    database.transact(async (transaction) => {
      await transaction.insertInto('grants').values({ id, realm: 'some', failures: 0, created_at: 0 }).execute();
    });
  await add('before');
  const parts = opened.move();
  return { database, close, folder: folder.path, path, told, add, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

type OpenDatabase = Awaited<ReturnType<typeof openDatabase>>;

/** Nothing is written, whoever asks is told why, the operator once; what is there can still be read. */
async function assertRefused({ database, add, told }: OpenDatabase): Promise<void> {
  const outcomes = await Promise.allSettled([add('one'), add('two'), add('three')]);
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof StoreUnavailableError);
    assert.match(outcome.reason.message, /deleted, replaced or renamed/);
  }
  await assert.rejects(database.check(), StoreUnavailableError);
  assert.equal(told.length, 1, told.join('\n'));
  const rows = await database.db.selectFrom('grants').select('id').execute();
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['before'],
  );
}

function idsIn(path: string): unknown[] {
  using database = new DatabaseSync(path);
  return database
    .prepare('select id from grants order by id')
    .all()
    .map(({ id }) => id);
}

const LOSSES: Record<string, (path: string) => void> = {
  'is deleted': (path) => {
    rmSync(path);
  },
  'is deleted with all that stands beside it': (path) => {
    for (const name of readdirSync(dirname(path))) rmSync(join(dirname(path), name));
  },
  'is replaced by a copy of itself': (path) => {
    copyFileSync(path, `${path}.copy`);
    renameSync(`${path}.copy`, path);
  },
  'is replaced by an empty file': (path) => {
    rmSync(path);
    writeFileSync(path, '');
  },
  'loses its log': (path) => {
    rmSync(`${path}-wal`);
  },
  'loses its log and the index of that': (path) => {
    rmSync(`${path}-wal`);
    rmSync(`${path}-shm`);
  },
  'loses the index of its log': (path) => {
    rmSync(`${path}-shm`);
  },
};

describe('an open SQLite file that', { skip: process.platform === 'win32' }, () => {
  for (const [what, lose] of Object.entries(LOSSES)) {
    it(`${what} takes nothing more, and what it holds can be saved as it is told`, async () => {
      await using at = await openDatabase();
      lose(at.path);
      await assertRefused(at);
      const [words = ''] = at.told;
      assert.match(words, /was (?:deleted|replaced)/);
      if (!IS_LINUX) return;
      const commands = /Save it: (.*)\. Then stop/.exec(words)?.[1] ?? assert.fail(words);
      execFileSync('sh', ['-c', commands]);
      await at.close();
      for (const end of ['-wal', '-shm']) rmSync(at.path + end, { force: true });
      for (const end of ['', '-wal']) renameSync(`${at.path}.saved${end}`, at.path + end);
      assert.deepEqual(idsIn(at.path), ['before']);
    });
  }

  it('is renamed takes nothing more until it has its name again', async () => {
    await using at = await openDatabase();
    renameSync(at.path, `${at.path}.old`);
    await assertRefused(at);
    if (IS_LINUX) assert.match(at.told[0] ?? '', new RegExp(`renamed to ${at.path}\\.old .*Move it back`));
    renameSync(`${at.path}.old`, at.path);
    await at.add('after');
    await at.database.check();
    assert.match(at.told[1] ?? '', /again/);
    await at.close();
    assert.deepEqual(idsIn(at.path), ['after', 'before']);
  });

  it('is named by a link that leads elsewhere now takes nothing more', async () => {
    await using at = await openDatabase({ linked: true });
    assert.ok(existsSync(join(at.folder, 'first.db-wal')));
    rmSync(at.path);
    symlinkSync(join(at.folder, 'second.db'), at.path);
    writeFileSync(join(at.folder, 'second.db'), '');
    await assertRefused(at);
  });

  it('goes away while a transaction is under way does not acknowledge it', async () => {
    await using at = await openDatabase();
    const committed = at.database.transact((transaction) => {
      rmSync(at.path);
      return transaction
        .insertInto('grants')
        .values({ id: 'late', realm: 'some', failures: 0, created_at: 0 })
        .execute();
    });
    await assert.rejects(committed, StoreUnavailableError);
  });

  it('is copied, checkpointed, vacuumed and used by others is the same file', async () => {
    await using at = await openDatabase();
    {
      await using other = await openSqlite({ path: at.path, clock: new TestClock(), unresolvedMs: 1_000 });
      await other.check();
    }
    // In a process of its own: to close a file here would end this process's locks on it.
    const script = `
      const { DatabaseSync } = require('node:sqlite');
      const [path] = process.argv.slice(1);
      for (const statement of ["vacuum into '" + path + ".backup'", 'vacuum', 'pragma wal_checkpoint(truncate)']) {
        const database = new DatabaseSync(path, { timeout: 5000 });
        database.exec(statement);
        database.close();
      }`;
    execFileSync(process.execPath, ['-e', script, at.path], { stdio: 'pipe' });
    execFileSync('cp', [at.path, `${at.path}.copy`]);
    execFileSync('touch', [at.path]);
    await at.add('after');
    await at.database.check();
    assert.deepEqual(at.told, []);
    assert.deepEqual(idsIn(`${at.path}.backup`), ['before']);
  });
});

describe('a SQLite file that others can open', { skip: process.platform === 'win32' }, () => {
  it('is closed to them at the start, with its log, and the operator is told', async () => {
    await using folder = await temporaryDirectory();
    const path = join(folder.path, 'evergrant.db');
    const mode = (end: string) => (statSync(path + end).mode & 0o777).toString(8);
    const options = { path, clock: new TestClock(), unresolvedMs: 1_000 };
    await (await openSqlite(options))[Symbol.asyncDispose]();
    chmodSync(path, 0o644);
    const told: string[] = [];
    await using database = await openSqlite({ ...options, trouble: (what) => told.push(what) });
    await database.check().catch(() => undefined);
    assert.deepEqual([mode(''), mode('-wal'), mode('-shm')], ['600', '600', '600']);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /mode 644/);
  });

  it('keeps the locks that this process has on it when it is opened once more', { skip: !IS_LINUX }, async () => {
    await using at = await openDatabase();
    const { ino } = statSync(at.path);
    const locks = () => readFileSync('/proc/locks', 'utf8').match(new RegExp(` \\S+:${ino} .*$`, 'gm'));
    const before = locks();
    assert.ok(before !== null);
    await using other = await openSqlite({ path: at.path, clock: new TestClock(), unresolvedMs: 1_000 });
    await other.check();
    assert.deepEqual(locks(), before);
  });
});
