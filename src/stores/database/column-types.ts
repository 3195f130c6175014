/** How a database spells what the schema needs; everything else in it is said alike. */
export interface ColumnTypes {
  readonly dialect: 'sqlite' | 'postgres';
  /** Whole numbers of 64 bits. */
  readonly integer: string;
  readonly bytes: string;
  /** A primary key that counts up by itself. */
  readonly countedKey: string;
  /** What follows the columns of a table, and of one whose primary key is not a number. */
  readonly tableEnd: string;
  readonly keyedTableEnd: string;
  /** The lineage that is being written now, as an expression: see ARCHITECTURE.md. */
  readonly lineage: string;
}

const LINEAGE = '(select cast(max(id) as text) from lineages)';

/** SQLite checks types only where it is told to. */
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
