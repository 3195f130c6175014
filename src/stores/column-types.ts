/** How a database spells what the schema needs; everything else in it is said alike. */
export interface ColumnTypes {
  /** Whole numbers of 64 bits. */
  readonly integer: string;
  readonly bytes: string;
  /** A primary key that counts up by itself. */
  readonly countedKey: string;
  /** What follows the columns of a table, and of one whose primary key is not a number. */
  readonly tableEnd: string;
  readonly keyedTableEnd: string;
}

/** SQLite checks types only where it is told to. */
export const SQLITE_TYPES: ColumnTypes = {
  integer: 'integer',
  bytes: 'blob',
  countedKey: 'integer primary key autoincrement',
  tableEnd: ') strict',
  keyedTableEnd: ') strict, without rowid',
};

/** Postgres. */
export const POSTGRES_TYPES: ColumnTypes = {
  integer: 'bigint',
  bytes: 'bytea',
  countedKey: 'bigint generated always as identity primary key',
  tableEnd: ')',
  keyedTableEnd: ')',
};
