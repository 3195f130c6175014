import { sql } from 'kysely';
import type { GrantEvent } from '../../grants/events.ts';
import { MOST_AHEAD_MS } from '../../grants/rules/renewal-schedule.ts';
import type { Lapses } from '../../grants/storage/upkeep-store.ts';
import { BY_REFRESH_END, SPAN_MS } from '../database/expiry-spans.ts';
import { isUnreadQuery } from '../database/lease-query.ts';
import { recordLapse } from '../grants/record-event.ts';
import type { SqlDatabase } from '../database/sql-database.ts';

const AT_ONCE = 20;
/** In milliseconds: a token that lapsed longer ago than this did so before upkeep ran, and is no news. */
const NEWS_MS = MOST_AHEAD_MS.refresh;

/**
 * Writes an event for each refresh token that has ended although upkeep should have exchanged it, and takes it off
 * upkeep's list. A token that is just being exchanged may still have been in time, and is left for the next round.
 * Times are epoch milliseconds.
 *
 * @returns the events written
 */
export async function noteLapsed(
  database: SqlDatabase,
  { realm, limit, now }: { realm: string; limit: number; now: number },
): Promise<GrantEvent[]> {
  const { rows } = await sql<{ grant_id: string; exchange_id: number }>`
    select c.grant_id, c.exchange_id from credentials c
    where c.realm = ${realm} and c.ended_at is null and c.lapse_at is not null
      and c.${sql.raw(BY_REFRESH_END)} <= ${Math.floor(now / SPAN_MS.refresh)} and c.lapse_at <= ${now} and c.refresh_expires_at <= ${now}
      and not exists (select 1 from exchanges e where e.grant_id = c.grant_id and e.finished_at is null)
      and not ${sql.raw(isUnreadQuery('c.grant_id'))}
    limit ${limit}`.execute(database.db);
  const events: GrantEvent[] = [];
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    const told = await Promise.all(some.map((row) => noteOne(database, row, now)));
    events.push(...told.filter((event) => event !== undefined));
  }
  return events;
}

async function noteOne(
  database: SqlDatabase,
  { grant_id: grantId, exchange_id: exchangeId }: { grant_id: string; exchange_id: number },
  now: number,
): Promise<GrantEvent | undefined> {
  return database.transact(async (transaction) => {
    await database.lockGrant(transaction, grantId);
    const { rows } = await sql<{ is_news: number }>`
      update credentials set lapse_at = null
      where grant_id = ${grantId} and exchange_id = ${exchangeId} and ended_at is null and lapse_at is not null
        and not exists (select 1 from exchanges e where e.grant_id = ${grantId} and e.finished_at is null)
      returning case when refresh_expires_at > ${now - NEWS_MS}
        and exchange_id = (select max(s.exchange_id) from credentials s where s.grant_id = ${grantId} and s.ended_at is null)
        and exists (select 1 from connections k where k.grant_id = ${grantId})
        then 1 else 0 end as is_news`.execute(transaction);
    if (rows[0]?.is_news !== 1) return undefined;
    return recordLapse(transaction, { grantId, exchangeId, at: await database.readTime(transaction) });
  });
}

/**
 * How many refresh tokens lapse within each of these times, in milliseconds, and how many lapses were recorded within
 * the last week.
 */
export async function countLapses(
  { db }: SqlDatabase,
  { realm, withinMs, now }: { realm: string; withinMs: readonly number[]; now: number },
): Promise<Lapses> {
  const ending = await Promise.all(
    withinMs.map(async (ms) => {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from credentials c
        where c.realm = ${realm} and c.ended_at is null and c.lapse_at is not null
          and c.${sql.raw(BY_REFRESH_END)} between ${Math.floor(now / SPAN_MS.refresh)} and ${Math.floor((now + ms) / SPAN_MS.refresh)}
          and c.lapse_at <= ${now + ms} and c.refresh_expires_at > ${now} and c.refresh_expires_at <= ${now + ms}
          and exists (select 1 from connections k where k.grant_id = c.grant_id)
          and c.exchange_id = (select max(s.exchange_id) from credentials s
            where s.grant_id = c.grant_id and s.ended_at is null)`.execute(db);
      return rows[0]?.count ?? 0;
    }),
  );
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from events e
    where e.type = 'grant.lapsed' and e.realm = ${realm} and e.at > ${now - NEWS_MS}`.execute(db);
  return { ending, missed: rows[0]?.count ?? 0 };
}
