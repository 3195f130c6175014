import type { ColumnTypes } from '../column-types.ts';
import type { Progress } from './progress.ts';
import type { Trouble } from '../trouble.ts';

/** Runs one statement and gives its rows; whole numbers of 64 bits come as numbers. */
export type Run = <Row extends object = Record<string, unknown>>(statement: string) => Promise<Row[]>;

/** A connection of the migrator's own: no statement has a time limit, and none makes others wait for long. */
export interface MigratorConnection extends AsyncDisposable {
  readonly types: ColumnTypes;
  /** The database's clock as an expression, in epoch milliseconds. */
  readonly now: string;
  /**
   * One transaction, from its start again for as long as a lock is not to be had at once, with pauses in which others get
   * theirs.
   */
  transact<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
  /** The same, at a moment when nothing else has the file open; on Postgres, where files are not shared, just the same. */
  transactAlone<Result>(work: (run: Run) => Promise<Result>): Promise<Result>;
  /** Runs a statement outside of any transaction, for as long as it takes. */
  readonly run: Run;
  /** The same on a second connection, while the first is busy; undefined where there is none. */
  readonly runBeside: Run | undefined;
}

/** What a connection tells of itself. */
export interface DatabaseMeans {
  readonly progress: Progress;
  /** Told of what an operator must know of a SQLite file, once. */
  readonly trouble: Trouble;
}

/** A value as it stands in a statement. */
export function literal(value: string | number): string {
  return typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`;
}
