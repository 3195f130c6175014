import type { ColumnTypes } from '../column-types.ts';
import type { Progress } from './progress.ts';
import type { Trouble } from '../trouble.ts';

/** Runs one statement and returns its rows; 64-bit integers come as numbers. */
export type Run = <Row extends object = Record<string, unknown>>(statement: string) => Promise<Row[]>;

/** The migrator's own connection: its statements have no time limit, and none makes others wait for long. */
export interface MigratorConnection extends AsyncDisposable {
  readonly types: ColumnTypes;
  /** The database's clock as an expression, in epoch milliseconds. */
  readonly now: string;
  /**
   * Runs one transaction, again from its start for as long as it fails to get a lock at once, with pauses that let
   * others get theirs.
   */
  transact<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
  /** The same, while nothing else has the file open; on Postgres, which shares no files, identical to `transact`. */
  transactAlone<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
  /** Runs a statement outside any transaction, for as long as it takes. */
  readonly run: Run;
  /** The same on a second connection, while the first is busy; undefined where there is none. */
  readonly runBeside: Run | undefined;
}

/** How a connection reports on itself. */
export interface DatabaseMeans {
  readonly progress: Progress;
  /** Called once for what an operator must know about a SQLite file. */
  readonly trouble: Trouble;
}

/** A value as an SQL literal. */
export function literal(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
