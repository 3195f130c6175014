import type { ClientBase, QueryResult } from 'pg';
import { ReadOnlyServerError, VolatileDatabaseError } from './errors.ts';
import { BEGIN, settingsOfSession, STATEMENT_TIMEOUT_MS } from './session-settings.ts';

/** What a connection leads to. */
export interface PostgresFacts {
  /** The server process at the other end: of this connection, or of this transaction alone where a pooler shares it. */
  readonly backendPid: number;
  /** True where a pooler answers for the server. */
  readonly isPooled: boolean;
  /** What is odd but no reason to stop, as whole sentences for the operator. */
  readonly warnings: readonly string[];
}

/** The answer to {@link COLUMNS}. */
interface Row {
  backend_pid: number;
  in_recovery: boolean;
  read_only: string;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
  statement_timeout_ms: number;
}

/** What is read back within a transaction of ours, each with its name. A new column needs a line here and in `Row`. */
const COLUMNS = [
  'pg_backend_pid() as backend_pid',
  'pg_is_in_recovery() as in_recovery',
  "current_setting('transaction_read_only') as read_only",
  "current_setting('fsync') as fsync",
  "current_setting('full_page_writes') as full_page_writes",
  "current_setting('synchronous_commit') as synchronous_commit",
  "(select setting::int from pg_settings where name = 'statement_timeout') as statement_timeout_ms",
];
/** In milliseconds. Longer than a healthy server takes; a connection that can't be checked is not used. */
const PATIENCE_MS = 5_000;
/** The values under which a commit waits for the disk. */
const SYNCHRONOUS = ['on', 'remote_apply', 'remote_write', 'local'];

/**
 * Configures a new connection and checks where it leads, in one round trip.
 *
 * @throws {@link VolatileDatabaseError} where acknowledged commits could be lost, {@link ReadOnlyServerError} for a
 *   standby, or the server's or the network's own error
 */
export async function checkPostgres(client: ClientBase): Promise<PostgresFacts> {
  const processId = processIdOf(client);
  // `begin` comes first: once another statement of the same message has run, the isolation level can't be set.
  const text = `${BEGIN}; select ${COLUMNS.join(', ')}; commit; ${settingsOfSession(processId)}`;
  const results = (await client.query({ text, query_timeout: PATIENCE_MS } as { text: string })) as unknown;
  const [row] = (results as QueryResult<Row>[]).flatMap(({ rows }) => rows.filter((each) => 'backend_pid' in each));
  if (row === undefined) throw new Error('The database was silent about its settings.');
  requireWrites(row);
  requireDurability(row);
  return { backendPid: row.backend_pid, isPooled: row.backend_pid !== processId, warnings: warningsOf(row) };
}

function requireWrites({ in_recovery: inRecovery, read_only: readOnly }: Row): void {
  if (inRecovery) {
    throw new ReadOnlyServerError(
      'The Postgres server is a standby (in recovery), which takes no writes. Name the primary in ' +
        'EVERGRANT_DATABASE_URL, or all of them, separated by commas.',
    );
  }
  if (readOnly === 'on') {
    throw new ReadOnlyServerError(
      'The Postgres server takes no writes (default_transaction_read_only = on). Switch that off for this user or database.',
    );
  }
}

/** Under other settings an acknowledged commit may be lost, and with it a token. */
function requireDurability(row: Row): void {
  if (row.fsync === 'off') {
    throw new VolatileDatabaseError(
      'The Postgres server runs with fsync = off: a crash would lose tokens. Switch it on.',
    );
  }
  if (!SYNCHRONOUS.includes(row.synchronous_commit)) {
    throw new VolatileDatabaseError(
      'Transactions run with synchronous_commit = off although we switch it on: a crash would lose tokens. Look what ' +
        'stands between and drops "set local", and switch synchronous_commit on for this user.',
    );
  }
}

function warningsOf(row: Row): string[] {
  return [
    row.full_page_writes === 'off'
      ? 'The Postgres server runs with full_page_writes = off: unless its file system never tears a page, a power cut can ' +
        'damage the database, and tokens with it. Switch it on.'
      : [],
    row.statement_timeout_ms !== STATEMENT_TIMEOUT_MS
      ? `Statements may take ${row.statement_timeout_ms} ms although we set ${STATEMENT_TIMEOUT_MS}: something between drops "set local".`
      : [],
  ].flat();
}

/** The process id that the connection received when it was made; a pooler makes one up. */
function processIdOf(client: ClientBase): number {
  return 'processID' in client && typeof client.processID === 'number' ? client.processID : 0;
}
