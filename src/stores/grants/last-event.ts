import type { Transaction } from 'kysely';
import type { EventReason, EventType } from '../../grants/events.ts';
import type { Database } from '../database/schema.ts';

/** The last event of a grant, not counting disconnections; undefined if it has none. */
export function lastEvent(
  transaction: Transaction<Database>,
  grantId: string,
): Promise<{ readonly type: EventType; readonly reason: EventReason | null } | undefined> {
  return transaction
    .selectFrom('events')
    .select(['type', 'reason'])
    .where('grant_id', '=', grantId)
    .where('type', '<>', 'grant.disconnected')
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Whether a grant has nothing but an account that turned out not to be the one of the tokens imported for it. */
export async function isMistaken(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  return (await lastEvent(transaction, grantId))?.reason === 'account_mismatch';
}
