import type { ColumnTypes } from '../column-types.ts';

/** Some statements in one short transaction. None may look at every row of a table that grows. */
export interface StatementsStep {
  readonly kind: 'statements';
  readonly name: string;
  readonly statements: readonly string[];
}

/** An index that is built while others write (on Postgres); its name is the step's. */
export interface IndexStep {
  readonly kind: 'index';
  readonly name: string;
  readonly isUnique?: boolean;
  /** What follows `on`: the table, its columns, and of which rows. */
  readonly on: string;
}

/** A change of many rows, in batches along a key. */
export interface BackfillStep {
  readonly kind: 'backfill';
  readonly name: string;
  /** The table that is walked, and the column along which: unique, and never null. */
  readonly table: string;
  readonly key: string;
  readonly keyType: 'integer' | 'text';
  /**
   * The statement for one batch. It must change nothing where it has been run before.
   *
   * @param within gives the condition that a column lies in the batch's range of the key
   */
  readonly statement: (within: (column: string) => string) => string;
}

/** What is done once, and remembered. */
export type Step = StatementsStep | IndexStep | BackfillStep;

/** How a migration is done in a database that is in use. In a new one all of it is one transaction. */
export interface MigrationParts {
  /** What leaves the database such that the version before goes on running on it. */
  readonly ahead?: readonly Step[];
  /** The migration in whose stead, as to when, the steps ahead are done: before that one's swap. */
  readonly aheadOf?: number | undefined;
  /** One short transaction, at the end of which the database has this schema. */
  readonly swap: readonly string[];
  /** True where nothing else may have the SQLite file open in the swap. */
  readonly isAlone?: boolean;
  /** What need not be done for this version to run. */
  readonly after?: readonly Step[];
}

/** Whether the database is made now, or was in use by versions before. */
export type Occasion = 'new' | 'in_use';

/** One step of the schema. */
export interface Migration {
  /** The number of the schema that it leads to. */
  readonly id: number;
  readonly name: string;
  /** The oldest schema of which a version may run on this one; only this one's unless given. */
  readonly oldest?: number;
  parts(types: ColumnTypes, occasion: Occasion): MigrationParts;
}

/** A step of statements. */
export function statementsStep(name: string, ...statements: readonly string[]): StatementsStep {
  return { kind: 'statements', name, statements };
}

/** How an index is replaced by another of the same name: built ahead on Postgres, where it can be renamed. */
export function replacedIndex({ dialect }: ColumnTypes, name: string, on: string): { ahead: Step[]; swap: string[] } {
  if (dialect === 'sqlite') return { ahead: [], swap: [`drop index ${name}`, `create index ${name} on ${on}`] };
  const next = `${name}_next`;
  return {
    ahead: [{ kind: 'index', name: next, on }],
    swap: [`drop index ${name}`, `alter index ${next} rename to ${name}`],
  };
}
