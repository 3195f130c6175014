import { DatabaseSync } from 'node:sqlite';
import { Pool } from 'pg';

/** All that the limit keeps of a subject. */
export interface TokenRow {
  readonly subject: string;
  readonly access: Uint8Array;
  readonly refresh: Uint8Array;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** One table, read by its key and written back. */
export interface TokenRows {
  fill(rows: readonly TokenRow[]): Promise<void>;
  read(subject: string): Promise<TokenRow | undefined>;
  /** Resolves once it is on the disk. */
  write(row: TokenRow): Promise<void>;
}

/** Opens the table in a new database, by a URL as `EVERGRANT_DATABASE_URL` has it. */
export function openRows(url: string): Promise<TokenRows> {
  return url.startsWith('sqlite:') ? Promise.resolve(sqliteRows(url.slice('sqlite:'.length))) : postgresRows(url);
}

const UPDATE = 'update tokens set access = $2, refresh = $3, expires_at = $4 where subject = $1';
const SELECT = 'select subject, access, refresh, expires_at as "expiresAt" from tokens where subject = $1';

/** Writes of one turn of the loop share a commit. */
function sqliteRows(path: string): TokenRows {
  const database = new DatabaseSync(path);
  database.exec(`pragma journal_mode = wal; pragma synchronous = full;
    create table tokens (subject text primary key, access blob not null, refresh blob not null, expires_at integer not null)
      strict, without rowid`);
  const select = database.prepare(numbered(SELECT));
  const update = database.prepare(numbered(UPDATE));
  let waiting: { readonly row: TokenRow; readonly stored: () => void }[] = [];
  const commit = () => {
    const taken = waiting;
    waiting = [];
    database.exec('begin immediate');
    for (const { row } of taken) update.run(row.subject, row.access, row.refresh, row.expiresAt);
    database.exec('commit');
    for (const { stored } of taken) stored();
  };
  return {
    fill: (rows) => {
      const insert = database.prepare('insert into tokens values (?, ?, ?, ?)');
      database.exec('begin');
      for (const row of rows) insert.run(row.subject, row.access, row.refresh, row.expiresAt);
      database.exec('commit');
      return Promise.resolve();
    },
    read: (subject) => Promise.resolve(select.get(subject) as TokenRow | undefined),
    write: (row) =>
      new Promise((stored) => {
        if (waiting.length === 0) setImmediate(commit);
        waiting.push({ row, stored });
      }),
  };
}

/** SQLite takes `$1` for a name. */
function numbered(statement: string): string {
  return statement.replaceAll('$', '?');
}

/** As many connections as Evergrant has; the server itself lets commits share a flush. */
async function postgresRows(url: string): Promise<TokenRows> {
  const pool = new Pool({ connectionString: url, max: 10 });
  await pool.query(
    `create table tokens (subject text primary key, access bytea not null, refresh bytea not null, expires_at bigint not null)`,
  );
  return {
    fill: async (rows) => {
      await pool.query('insert into tokens select * from unnest($1::text[], $2::bytea[], $3::bytea[], $4::bigint[])', [
        rows.map((r) => r.subject),
        rows.map((r) => r.access),
        rows.map((r) => r.refresh),
        rows.map((r) => r.expiresAt),
      ]);
    },
    read: async (subject) => (await pool.query<TokenRow>({ name: 'select', text: SELECT, values: [subject] })).rows[0],
    write: async ({ subject, access, refresh, expiresAt }) => {
      await pool.query({ name: 'update', text: UPDATE, values: [subject, access, refresh, expiresAt] });
    },
  };
}
