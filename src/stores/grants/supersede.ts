import type { Transaction } from 'kysely';
import type { EndReason } from '../../grants/credential.ts';
import type { ExchangeName } from '../../grants/exchange.ts';
import type { Database } from '../database/schema.ts';

/** Replaces a sealed access token that nobody will ever read again. It opens as nothing. */
export const EMPTIED = new Uint8Array([0]);

/**
 * The columns that change when a credential ends. Only its refresh token may be presented once more, and only the hash
 * of its access token looked up; upkeep is done with it.
 *
 * @param now by the database's clock, in epoch milliseconds
 */
export function endedColumns(now: number, reason: EndReason) {
  return { ended_at: now, end_reason: reason, access_token: EMPTIED, realm: null, renew_at: null };
}

/**
 * Ends a credential, unless it has ended before.
 *
 * @param end `now` by the database's clock, in epoch milliseconds
 * @returns false if it had ended before, or is not there
 */
export async function endCredential(
  transaction: Transaction<Database>,
  grantId: string,
  { nonce }: ExchangeName,
  { now, reason }: { readonly now: number; readonly reason: EndReason },
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('credentials')
    .set(endedColumns(now, reason))
    .where('grant_id', '=', grantId)
    .where('nonce', '=', nonce)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/**
 * Ends every credential of these grants that has not ended, because something upstream has ended their tokens, or may
 * have.
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
    .set(endedColumns(now, 'superseded'))
    .where('grant_id', 'in', grantIds)
    .where('ended_at', 'is', null)
    .execute();
}
