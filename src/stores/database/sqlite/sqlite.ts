import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, sql, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import type { Clock } from '../../../grants/clock.ts';
import { exchangeStatusQuery } from '../lease-query.ts';
import { SQLITE_TYPES } from '../column-types.ts';
import { HotStatements } from '../hot-statements.ts';
import { retryOnLock } from '../retry-on-lock.ts';
import type { Database } from '../schema.ts';
import { groupCommit } from './group-commit.ts';
import type { ExchangeStatusRow, SqlDatabase, ViewRow, ViewWithStatusRow } from '../sql-database.ts';
import { isBusy, primaryCode } from './busy.ts';
import { prepareFile, SqliteFile } from './database-file.ts';
import type { Trouble } from '../trouble.ts';
import { orUnavailable } from '../unavailable.ts';
import { viewQuery, viewWithStatusQuery } from '../view-query.ts';

/** Configures {@link openSqlite}. */
export interface SqliteOptions {
  readonly path: string;
  /** All processes on one file run on one machine, so the machine's clock is the database's. */
  readonly clock: Clock;
  /** How long a call may take effect after its exchange was opened, in milliseconds. */
  readonly unresolvedMs: number;
  /** Called once for what an operator must know about the file. */
  readonly trouble?: Trouble;
}

/**
 * How long a statement blocks this process while it waits for another process's write, in milliseconds; `retryOnLock`
 * blocks nothing.
 */
const BUSY_TIMEOUT_MS = { writer: 1, reader: 20 };
/**
 * The page cache of each connection, in KiB, which SQLite takes as a negative number. With a memory-mapped file
 * instead, every read costs several times as much once others write.
 */
const CACHE_KIB = -16_000;
/** Busy, locked, out of memory, read-only, I/O error, damaged, full, cannot open, lock protocol, not a database. */
const UNAVAILABLE = [5, 6, 7, 8, 10, 11, 13, 14, 15, 26];

const WHOSE = { realm: ':realm', subject: ':subject', unresolvedMs: ':unresolved_ms', now: ':now' };
const VIEW = viewQuery(WHOSE);
const VIEW_WITH_CLAIMS = viewWithStatusQuery(WHOSE);
const CLAIMS = exchangeStatusQuery({ grantId: ':grant_id', unresolvedMs: ':unresolved_ms', now: ':now' });

/**
 * Opens one SQLite file, creating it with mode 0600. Every commit is on the disk before it is acknowledged
 * (`synchronous = FULL`): with less, a power cut loses tokens that callers already have.
 *
 * @throws the system's or SQLite's own error where the file can't be opened
 */
export async function openSqlite(options: SqliteOptions): Promise<SqlDatabase> {
  const { path, clock, unresolvedMs, trouble = () => undefined } = options;
  prepareFile(path, trouble);
  // When several processes open a new file at once, all but one are refused at first.
  const { writer, reader } = await retryOnLock(() => openConnections(path), isBusy);
  const file = new SqliteFile(path, trouble);
  const db = new Kysely<Database>({ dialect: new SqliteDialect({ database: kyselyDatabase(writer) }) });
  const { commit, commitAhead } = groupCommit(db, isBusy, () => {
    file.check();
  });
  const hot = new HotStatements({ now: () => clock.now(), lineage: SQLITE_TYPES.lineage, parameters: '?' });
  // Prepared at the first read: a new file has no tables yet.
  const prepared = new Map<string, StatementSync>();
  const read = <Row>(query: string, parameters: Record<string, SQLInputValue>): Promise<Row | undefined> => {
    try {
      let statement = prepared.get(query);
      if (statement === undefined) prepared.set(query, (statement = reader.prepare(query)));
      const row = statement.get({ ...parameters, now: clock.now(), unresolved_ms: unresolvedMs });
      return Promise.resolve(row as Row | undefined);
    } catch (error) {
      return orUnavailable(Promise.reject(error as Error), isUnavailable);
    }
  };
  return {
    db,
    columnTypes: SQLITE_TYPES,
    lineage: () => sql.raw<string>(SQLITE_TYPES.lineage),
    now: () => sql<number>`${clock.now()}`,
    transact: (work) => orUnavailable(commit(work), isUnavailable),
    survey: (work) => work(db),
    lease: (exchanges, ms) =>
      orUnavailable(
        commitAhead(async (transaction) => {
          await transaction
            .updateTable('exchanges')
            .set({ lease_until: clock.now() + ms })
            .where('finished_at', 'is', null)
            .where(
              'grant_id',
              'in',
              exchanges.map(({ grantId }) => grantId),
            )
            .where(
              'nonce',
              'in',
              exchanges.map(({ nonce }) => nonce),
            )
            .execute();
        }),
        isUnavailable,
      ),
    // A write locks the whole SQLite file, and every transaction starts as a write.
    hot: (text, parameters) => hot.compile(text, parameters),
    grantLock: () => [],
    lockGrant: () => Promise.resolve(),
    lockFreeGrant: () => Promise.resolve(true),
    waitAtMost: () => Promise.resolve(),
    readTime: () => Promise.resolve(clock.now()),
    readView: (realm, subject) => read<ViewRow>(VIEW, { realm, subject }),
    readViewWithClaims: (realm, subject) => read<ViewWithStatusRow>(VIEW_WITH_CLAIMS, { realm, subject }),
    readClaims: (grantId) => read<ExchangeStatusRow>(CLAIMS, { grant_id: grantId }),
    tell: () => undefined,
    notifyChange: () => Promise.resolve(),
    noteAwaited: () => Promise.resolve(),
    awaitChange: (_grantId, ms) => clock.sleep(ms),
    remarks: () => [],
    async check() {
      file.check();
      await orUnavailable(db.selectFrom('grants').select('id').limit(1).execute(), isUnavailable);
    },
    async [Symbol.asyncDispose]() {
      reader.close();
      await db.destroy();
      if (writer.isOpen) writer.close();
    },
  };
}

/**
 * Two connections, so that a prepared read never sees our own transaction before it commits. Each reads at once,
 * because only then does it have the log open, and it keeps the log whatever happens to its name.
 */
function openConnections(path: string): { writer: DatabaseSync; reader: DatabaseSync } {
  const writer = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS.writer });
  let reader: DatabaseSync | undefined;
  try {
    writer.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    reader = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS.reader, readOnly: true });
    for (const each of [writer, reader])
      each.exec(`pragma cache_size = ${CACHE_KIB}; select 1 from sqlite_master limit 1`);
    return { writer, reader };
  } catch (error) {
    reader?.close();
    writer.close();
    throw error;
  }
}

function isUnavailable(error: unknown): boolean {
  return UNAVAILABLE.includes(primaryCode(error));
}

/** Kysely's view of `node:sqlite`. */
function kyselyDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      database.close();
    },
    prepare(text) {
      // A transaction that starts with a read can't be upgraded once another process has written.
      const statement = text === 'begin' ? 'begin immediate' : text;
      let prepared = statements.get(statement);
      if (prepared === undefined) {
        prepared = kyselyStatement(database.prepare(statement));
        statements.set(statement, prepared);
      }
      return prepared;
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
