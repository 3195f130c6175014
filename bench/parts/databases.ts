import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { createDatabase, startServer } from '../../test/support/stores/start-postgres.ts';
import { beforeLeaving } from './before-leaving.ts';
import { childrenOf } from './process-cost.ts';

export type StoreKind = 'sqlite' | 'postgres';

/** A new database for one contestant, and what a bench does to it and reads of it past the service. */
export interface BenchDatabase extends AsyncDisposable {
  readonly kind: StoreKind;
  /** As `EVERGRANT_DATABASE_URL` has it. */
  readonly url: string;
  /** A folder of its own, removed with the database. */
  readonly folder: string;
  run(sql: string): Promise<void>;
  /** How many transactions were committed so far. */
  commits(): Promise<number>;
}

/** Makes databases of one kind, on the disk and not in memory. */
export interface DatabasePlace extends AsyncDisposable {
  create(): Promise<BenchDatabase>;
  /** The processes that the database itself runs in; none where it runs inside the service. */
  pids(): number[];
}

/**
 * Opens a place for databases of this kind; a Postgres server is started for it.
 *
 * @param options `settings` of that server, as `name=value`; `within`, where to keep it, a disk unless said otherwise
 */
export async function openPlace(
  kind: StoreKind,
  { settings = [], within = tmpdir() }: { settings?: readonly string[]; within?: string } = {},
): Promise<DatabasePlace> {
  if (kind === 'sqlite') {
    return {
      create: () => Promise.resolve(sqliteDatabase()),
      pids: () => [],
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const flags = ['max_connections=200', ...settings].flatMap((setting) => ['-c', setting]);
  const { server, databaseDir, port } = await startServer({ persistent: false, flags, within });
  const remove = beforeLeaving(() => {
    rmSync(databaseDir, { recursive: true, force: true });
  });
  const serverUrl = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
  return {
    create: () => postgresDatabase(serverUrl),
    pids: () => {
      const pid = Number(readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
      return [pid, ...childrenOf(pid)];
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      remove();
    },
  };
}

function newFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
  const remove = beforeLeaving(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, remove };
}

function sqliteDatabase(): BenchDatabase {
  const { folder, remove } = newFolder();
  const path = join(folder, 'evergrant.db');
  return {
    kind: 'sqlite',
    url: `sqlite:${path}`,
    folder,
    run: (sql) => {
      using database = new DatabaseSync(path, { timeout: 10_000 });
      database.exec(sql);
      return Promise.resolve();
    },
    // The log's index counts commits in its header (iChange).
    commits: () => Promise.resolve(readFileSync(`${path}-shm`).readUInt32LE(8)),
    [Symbol.asyncDispose]: () => {
      remove();
      return Promise.resolve();
    },
  };
}

async function postgresDatabase(serverUrl: string): Promise<BenchDatabase> {
  const { folder, remove } = newFolder();
  const url = await createDatabase(serverUrl);
  const client = new Client({ connectionString: url });
  // A server that is stopped early ends it, which is no error of anybody's.
  client.on('error', () => undefined);
  await client.connect();
  return {
    kind: 'postgres',
    url,
    folder,
    run: async (sql) => {
      await client.query(sql);
    },
    commits: async () => {
      const { rows } = await client.query<{ count: string }>(
        'select xact_commit as count from pg_stat_database where datname = current_database()',
      );
      return Number(rows[0]?.count ?? 0);
    },
    [Symbol.asyncDispose]: async () => {
      await client.end();
      remove();
    },
  };
}
