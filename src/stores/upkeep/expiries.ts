import { sql } from 'kysely';
import type { GrantEvent } from '../../grants/events.ts';
import { BY_REFRESH_END } from '../database/expiry-spans.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { recordExpiring } from '../grants/record-event.ts';

/**
 * Writes an event for each access token that ends soon and that nothing can renew, and takes it off upkeep's list. They
 * stand in the index of refresh tokens that lapse, under no end of a refresh token. Times are epoch milliseconds.
 *
 * @returns the events written
 */
export async function noteExpiring(
  database: SqlDatabase,
  { realm, limit, now }: { realm: string; limit: number; now: number },
): Promise<GrantEvent[]> {
  const { rows } = await sql<{ grant_id: string; exchange_id: number }>`
    select c.grant_id, c.exchange_id from credentials c
    where c.realm = ${realm} and c.ended_at is null and c.lapse_at is not null
      and c.${sql.raw(BY_REFRESH_END)} is null and c.lapse_at <= ${now} and c.refresh_token is null
    limit ${limit}`.execute(database.db);
  const events: GrantEvent[] = [];
  for (const { grant_id: grantId, exchange_id: exchangeId } of rows) {
    const event = await noteOne(database, { grantId, exchangeId, now });
    if (event !== undefined) events.push(event);
  }
  return events;
}

/** A token that has ended by now is no news: its callers hear of that. */
async function noteOne(
  database: SqlDatabase,
  { grantId, exchangeId, now }: { grantId: string; exchangeId: number; now: number },
): Promise<GrantEvent | undefined> {
  return database.transact(async (transaction) => {
    await database.lockGrant(transaction, grantId);
    const { rows } = await sql<{ is_news: number }>`
      update credentials set lapse_at = null
      where grant_id = ${grantId} and exchange_id = ${exchangeId} and ended_at is null and lapse_at is not null
      returning case when expires_at > ${now}
        and exchange_id = (select max(s.exchange_id) from credentials s where s.grant_id = ${grantId} and s.ended_at is null)
        and exists (select 1 from connections k where k.grant_id = ${grantId})
        then 1 else 0 end as is_news`.execute(transaction);
    if (rows[0]?.is_news !== 1) return undefined;
    return recordExpiring(transaction, { grantId, exchangeId, at: await database.readTime(transaction) });
  });
}
