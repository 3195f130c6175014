/** How a database spells what the schema needs; the rest of the schema is the same for both. */
export interface ColumnTypes {
  readonly dialect: 'sqlite' | 'postgres';
  /** A 64-bit integer. */
  readonly integer: string;
  readonly bytes: string;
  /** An auto-incrementing primary key. */
  readonly countedKey: string;
  /** What follows the columns of a table, and of a table whose primary key is not a number. */
  readonly tableEnd: string;
  readonly keyedTableEnd: string;
  /** The current lineage of the database, as an expression: see ARCHITECTURE.md. */
  readonly lineage: string;
}

const LINEAGE = '(select cast(max(id) as text) from lineages)';

/** SQLite checks column types only where a table is `strict`. */
export const SQLITE_TYPES: ColumnTypes = {
  dialect: 'sqlite',
  integer: 'integer',
  bytes: 'blob',
  countedKey: 'integer primary key autoincrement',
  tableEnd: ') strict',
  keyedTableEnd: ') strict, without rowid',
  lineage: LINEAGE,
};

/** Postgres. */
export const POSTGRES_TYPES: ColumnTypes = {
  dialect: 'postgres',
  integer: 'bigint',
  bytes: 'bytea',
  countedKey: 'bigint generated always as identity primary key',
  tableEnd: ')',
  keyedTableEnd: ')',
  lineage: LINEAGE,
};
