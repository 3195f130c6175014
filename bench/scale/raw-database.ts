import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { BenchDatabase } from '../parts/databases.ts';

/** A connection past the stores, for filling a database quickly; and how the database spells what that takes. */
export interface RawDatabase extends AsyncDisposable {
  /** Runs a statement and gives its rows. */
  query(sql: string): Promise<any[]>;
  /** The numbers from 1 to `most`, as a table expression with one column `n`. */
  numbers(most: number): string;
  /** An id as a UUID looks, of a number; in no order that the numbers have. `kind` is one hexadecimal digit. */
  idOf(n: string, kind: string): string;
  /** 32 bytes that are no other row's. */
  readonly someHash: string;
  /** From 0 up to, not including, 1; of every row another. */
  readonly chance: string;
  bytes(value: Uint8Array): string;
  /** The names of a table's indexes and the statements that make them, those of its keys left out. */
  indexes(table: string): Promise<{ readonly name: string; readonly sql: string }[]>;
  /** Leaves the database as one that has run for a while would be. */
  settle(): Promise<void>;
  /** In bytes. */
  size(): Promise<number>;
}

/** Opens it without any of what keeps commits and references safe: whatever breaks off is begun anew. */
export async function openRaw({ kind, url }: BenchDatabase): Promise<RawDatabase> {
  return kind === 'sqlite' ? openSqliteFile(url.slice('sqlite:'.length)) : await openPostgresUrl(url);
}

function openSqliteFile(path: string): RawDatabase {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: 10_000 });
  database.exec(`pragma journal_mode = delete; pragma journal_mode = off; pragma synchronous = off;
    pragma cache_size = -1500000; pragma temp_store = file`);
  return {
    query: (sql) => Promise.resolve(database.prepare(sql).all()),
    numbers: (most) =>
      `(with recursive s(n) as (select 1 union all select n + 1 from s where n < ${most}) select n from s)`,
    idOf: (n, kind) => `printf('%08x-${kind}000-4000-8000-%012x', (${n} * 2654435761) & 4294967295, ${n})`,
    someHash: 'randomblob(32)',
    chance: '((random() & 1073741823) / 1073741824.0)',
    bytes: (value) => `x'${Buffer.from(value).toString('hex')}'`,
    indexes: (table) =>
      Promise.resolve(
        database
          .prepare(`select name, sql from sqlite_master where type = 'index' and tbl_name = ? and sql is not null`)
          .all(table) as { name: string; sql: string }[],
      ),
    settle: () => Promise.resolve(),
    size: () => Promise.resolve(statSync(path).size),
    [Symbol.asyncDispose]: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

async function openPostgresUrl(url: string): Promise<RawDatabase> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const query = async (sql: string): Promise<any[]> => (await client.query(sql)).rows;
  await query(
    `set synchronous_commit = off; set session_replication_role = replica; set maintenance_work_mem = '512MB'`,
  );
  return {
    query,
    numbers: (most) => `(select n from generate_series(1::bigint, ${most}) n)`,
    idOf: (n, kind) =>
      `lpad(to_hex((${n} * 2654435761) & 4294967295), 8, '0') || '-${kind}000-4000-8000-' || lpad(to_hex(${n}), 12, '0')`,
    someHash: 'sha256(uuid_send(gen_random_uuid()))',
    chance: 'random()',
    bytes: (value) => `'\\x${Buffer.from(value).toString('hex')}'::bytea`,
    indexes: (table) =>
      query(`select indexname as name, indexdef as sql from pg_indexes where tablename = '${table}' and schemaname = 'public'
        and indexname not in (select conname from pg_constraint where conrelid = '${table}'::regclass)`),
    settle: async () => {
      await query('vacuum analyze');
      await query('checkpoint');
    },
    size: async () => Number((await query('select pg_database_size(current_database()) as size'))[0].size),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
