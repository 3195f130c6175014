import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';

/**
 * Ends every standing credential of these grants, because something upstream has ended their tokens, or may have.
 *
 * @param now by the database's clock, in epoch milliseconds
 */
export async function supersede(
  transaction: Transaction<Database>,
  grantIds: readonly string[],
  now: number,
): Promise<void> {
  if (grantIds.length === 0) return;
  await transaction
    .updateTable('credentials')
    .set({ ended_at: now, end_reason: 'superseded' })
    .where('grant_id', 'in', grantIds)
    .where('ended_at', 'is', null)
    .execute();
}
