import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';

/**
 * Reads facts in the order in which they happened.
 *
 * @param moment the indexed column with the time, e.g. `e.opened_at`
 * @param facts a select without conditions, which names that column `at`
 * @returns a function that gives at most `most` facts after one moment and up to another
 */
export function inOrder<Row>(
  transaction: Transaction<Database>,
  moment: string,
  facts: RawBuilder<unknown>,
): (after: number, end: number, most: number) => Promise<readonly Row[]> {
  const at = sql.ref(moment);
  return async (after, end, most) => {
    const { rows } = await sql<Row>`
      ${facts} where ${at} > ${after} and ${at} <= ${end} order by ${at} limit ${most}`.execute(transaction);
    return rows;
  };
}
