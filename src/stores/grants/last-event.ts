import type { Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';

/** Whether a grant has nothing but an account that turned out not to be the one of the tokens imported for it. */
export async function isMistaken(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  const last = await transaction
    .selectFrom('events')
    .select('reason')
    .where('grant_id', '=', grantId)
    .where('type', '<>', 'grant.disconnected')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.reason === 'account_mismatch';
}
