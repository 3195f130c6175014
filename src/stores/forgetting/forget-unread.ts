import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { Limits } from './limits.ts';

/**
 * Forgets the unread answers that were kept first: those after which a credential came as other tokens that are over,
 * and those that hold up their grants as history. After that, presenting the old refresh token is the last resort.
 *
 * @param limit the most answers to forget
 * @returns how many it deleted
 */
export async function forgetUnread(
  transaction: Transaction<Database>,
  { facts, tokens }: Limits,
  limit: number,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`delete from unread_answers where (grant_id, exchange_id) in (
    select u.grant_id, u.exchange_id from unread_answers u
    where u.kept_at < ${tokens} and (u.kept_at < ${facts} or exists (select 1 from credentials n
      where n.grant_id = u.grant_id and n.ended_at is null and n.exchange_id >= u.exchange_id))
    order by u.kept_at limit ${limit})`.execute(transaction);
  return Number(numAffectedRows);
}
