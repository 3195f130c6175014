import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import type { Database } from './schema.ts';
import { whileBusy } from './while-busy.ts';

/** How long a statement stops this process to wait for another one's write, in milliseconds; `whileBusy` waits longer. */
const BUSY_TIMEOUT_MS = 20;

/** One SQLite file, opened twice, so that a prepared read never sees a transaction of our own that may yet roll back. */
export interface SqliteFile extends AsyncDisposable {
  readonly db: Kysely<Database>;
  readonly reader: DatabaseSync;
}

/**
 * Opens the file, creating it with mode 0600. Every commit is on the disk before it is acknowledged
 * (`synchronous = FULL`): with less, a power cut takes tokens that callers already have.
 */
export function openSqlite(path: string): Promise<SqliteFile> {
  closeSync(openSync(path, 'a', 0o600));
  return whileBusy(() => openConnections(path));
}

function openConnections(path: string): SqliteFile {
  const writer = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Of several processes that open a new file at once, all but one are refused here.
    writer.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
  } catch (error) {
    writer.close();
    throw error;
  }
  const reader = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, readOnly: true });
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: kyselyDatabase(writer) }) });
  return {
    db,
    reader,
    async [Symbol.asyncDispose]() {
      reader.close();
      await db.destroy();
      if (writer.isOpen) writer.close();
    },
  };
}

/** Kysely's view of `node:sqlite`. */
function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      database.close();
    },
    prepare(sql) {
      // A transaction that begins by reading could not be upgraded once another process has written in between.
      const text = sql === 'begin' ? 'begin immediate' : sql;
      let statement = statements.get(text);
      if (statement === undefined) {
        statement = kyselyStatement(database.prepare(text));
        statements.set(text, statement);
      }
      return statement;
    },
  };
}

function kyselyStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
