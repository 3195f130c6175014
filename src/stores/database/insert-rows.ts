import { CompiledQuery, type Transaction } from 'kysely';
import type { ColumnTypes } from './column-types.ts';
import type { Database } from './schema.ts';

/** Per statement. However wide the row, this stays below the number of parameters that either database takes. */
const MOST_ROWS = 256;

/** The rows to insert, and their table. */
export interface NewRows {
  readonly table: keyof Database;
  readonly columns: readonly string[];
  /** The values of each row, in the order of the columns. */
  readonly rows: readonly (readonly unknown[])[];
  /** SQL that follows the values in the statement, such as `on conflict` or `returning`. */
  readonly end?: string;
}

/**
 * Inserts rows with few statements. Each takes a power of two of rows, so that there are few distinct texts and they
 * stay prepared.
 *
 * @returns the rows that `end` returns
 */
export async function insertRows<Returned>(
  transaction: Transaction<Database>,
  { dialect }: ColumnTypes,
  { table, columns, rows, end = '' }: NewRows,
): Promise<Returned[]> {
  const returned: Returned[] = [];
  for (let from = 0; from < rows.length;) {
    const count = Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(rows.length - from)));
    const values = rows.slice(from, from + count).flat();
    const text = `insert into ${table} (${columns.join(', ')}) values ${places(dialect, columns.length, count)} ${end}`;
    const result = await transaction.executeQuery<Returned>(CompiledQuery.raw(text, values));
    returned.push(...result.rows);
    from += count;
  }
  return returned;
}

const known = new Map<string, string>();

/** The placeholders of that many rows. */
function places(dialect: ColumnTypes['dialect'], width: number, count: number): string {
  const name = `${dialect} ${width} ${count}`;
  let text = known.get(name);
  if (text === undefined) {
    const row = (at: number) =>
      Array.from({ length: width }, (_, column) => (dialect === 'sqlite' ? '?' : `$${at * width + column + 1}`));
    text = Array.from({ length: count }, (_, at) => `(${row(at).join(', ')})`).join(', ');
    known.set(name, text);
  }
  return text;
}
