import type { ColumnTypes } from '../column-types.ts';

/** Statements in one short transaction. None may scan a table that grows. */
export interface StatementsStep {
  readonly kind: 'statements';
  readonly name: string;
  readonly statements: readonly string[];
}

/** An index that is built while others write (on Postgres); the step's name is the index's. */
export interface IndexStep {
  readonly kind: 'index';
  readonly name: string;
  readonly isUnique?: boolean;
  /** What follows `on`: the table, its columns, and the condition on its rows. */
  readonly on: string;
}

/** A change of many rows, in batches along a key. */
export interface BackfillStep {
  readonly kind: 'backfill';
  readonly name: string;
  /** The table to walk, and the column to walk along: unique and never null. */
  readonly table: string;
  readonly key: string;
  readonly keyType: 'integer' | 'text';
  /**
   * The statement for one batch. It must change nothing when it runs again.
   *
   * @param within gives the condition that a column lies in the batch's range of the key
   */
  readonly statement: (within: (column: string) => string) => string;
}

/** Something that is done once and recorded. */
export type Step = StatementsStep | IndexStep | BackfillStep;

/** How a migration runs in a database that is in use. In a new one, everything is one transaction. */
export interface MigrationParts {
  /** Steps after which the previous version still runs on the database. */
  readonly ahead?: readonly Step[];
  /** The migration before whose swap the steps ahead run, where that is not this one. */
  readonly aheadOf?: number | undefined;
  /** One short transaction, after which the database has this schema. */
  readonly swap: readonly string[];
  /** True where nothing else may have the SQLite file open during the swap. */
  readonly isAlone?: boolean;
  /** Steps that this version doesn't need in order to run. */
  readonly after?: readonly Step[];
}

/** Whether the database is new, or was in use by earlier versions. */
export type Occasion = 'new' | 'in_use';

/** One step of the schema. */
export interface Migration {
  /** The number of the schema that it leads to. */
  readonly id: number;
  readonly name: string;
  /** The oldest schema whose versions may still run on this one; by default only this one's. */
  readonly oldest?: number;
  parts(types: ColumnTypes, occasion: Occasion): MigrationParts;
}

/** A step that runs statements. */
export function statementsStep(name: string, ...statements: readonly string[]): StatementsStep {
  return { kind: 'statements', name, statements };
}

/** How to replace an index by another of the same name: built ahead on Postgres, which can rename it. */
export function replacedIndex({ dialect }: ColumnTypes, name: string, on: string): { ahead: Step[]; swap: string[] } {
  if (dialect === 'sqlite') return { ahead: [], swap: [`drop index ${name}`, `create index ${name} on ${on}`] };
  const next = `${name}_next`;
  return {
    ahead: [{ kind: 'index', name: next, on }],
    swap: [`drop index ${name}`, `alter index ${next} rename to ${name}`],
  };
}
