import type { Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';

/**
 * Whether tokens of this account are being revoked right now, which may end the account's new ones as well.
 *
 * @param now the database's time, in epoch milliseconds
 */
export async function isConsentBeingRevoked(
  transaction: Transaction<Database>,
  { realm, accountId }: { readonly realm: string; readonly accountId: string },
  now: number,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('links')
    .select('id')
    .where('realm', '=', realm)
    .where('account_id', '=', accountId)
    .where('step', '=', 'revoking')
    .where('lease_until', '>', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
