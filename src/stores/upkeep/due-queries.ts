import { sql, type RawBuilder } from 'kysely';
import { MOST_AHEAD_MS } from '../../grants/rules/renewal-schedule.ts';
import type { ColumnTypes } from '../database/column-types.ts';
import { BY_END, BY_REFRESH_END, SPAN_MS } from '../database/expiry-spans.ts';
import { isUnreadQuery } from '../database/lease-query.ts';

/** The realm, the most rows, whether to leave out what an unread answer holds up, and the time in epoch milliseconds. */
export interface DueParameters {
  readonly dialect: ColumnTypes['dialect'];
  readonly realm: string;
  readonly limit: number;
  readonly leavesUnread: boolean;
  readonly now: number;
}

/** One grant that upkeep should renew. */
export interface DueRow {
  grant_id: string;
  exchange_id: number;
  subject: string;
}

/** How many of the most urgent lapses get a closer look: far more than any round renews. */
const MOST_PRESSING = 1_000;

/**
 * Access tokens in use that are near their end, soonest first. For each span of time from now on, it reads what is due
 * along the index of one realm, so it touches nothing that has ended or is not due yet.
 */
export function dueQuery({ dialect, realm, limit, leavesUnread, now }: DueParameters): RawBuilder<DueRow> {
  const isDue = sql`c.realm = ${realm} and c.ended_at is null and c.used_at is not null
    and c.${sql.raw(BY_END)} = +spans.n and c.renew_at <= ${now} and c.expires_at > ${now} and ${isToBeRenewed(now, leavesUnread)}`;
  return sql<DueRow>`
    ${spansFrom(now, SPAN_MS.access, MOST_AHEAD_MS.access)}
    select f.grant_id, f.exchange_id, f.subject from (
      select c.grant_id, c.exchange_id, c.expires_at, ${someSubject} as subject
      from ${spanBySpan(dialect, { alias: 'c', matches: isDue, order: 'renew_at', limit })} limit ${limit}
    ) f
    order by f.expires_at`;
}

/**
 * Refresh tokens near their end, those first that have the smallest share left of the time in which to exchange them;
 * where there are very many, only among those that end soonest.
 */
export function lapsingQuery({ dialect, realm, limit, leavesUnread, now }: DueParameters): RawBuilder<DueRow> {
  const lapses = sql`l.realm = ${realm} and l.ended_at is null and l.lapse_at is not null
    and l.${sql.raw(BY_REFRESH_END)} = +spans.n and l.lapse_at <= ${now} and l.refresh_expires_at > ${now}`;
  return sql<DueRow>`
    ${spansFrom(now, SPAN_MS.refresh, MOST_AHEAD_MS.refresh)}
    select c.grant_id, c.exchange_id, ${someSubject} as subject
    from (
      select l.grant_id, l.exchange_id, (l.refresh_expires_at - ${now}) * 1.0 / (l.refresh_expires_at - l.lapse_at + 1) as share
      from ${spanBySpan(dialect, { alias: 'l', matches: lapses, order: 'lapse_at', limit: MOST_PRESSING })} limit ${MOST_PRESSING}
    ) c
    where ${isToBeRenewed(now, leavesUnread)}
    order by c.share
    limit ${limit}`;
}

/**
 * The spans from now on, the next one first, as far ahead as anything is ever due: see `ends.ts`. SQLite uses an index
 * on an expression only for a value without a type, hence `+spans.n`.
 */
function spansFrom(now: number, spanMs: number, aheadMs: number): RawBuilder<unknown> {
  const [first, last] = [now, now + aheadMs].map((at) => sql`cast(${Math.floor(at / spanMs)} as bigint)`);
  return sql`with recursive spans (n) as (select ${first} union all select n + 1 from spans where n < ${last})`;
}

/**
 * Walks the spans in order, and each of them along the index, only as far as rows are read. Postgres needs a lateral
 * join for that; SQLite always takes a cross join in the written order, and has no lateral joins.
 */
function spanBySpan(
  dialect: DueParameters['dialect'],
  { alias, matches, order, limit }: { alias: string; matches: RawBuilder<unknown>; order: string; limit: number },
): RawBuilder<unknown> {
  const name = sql.ref(alias);
  return dialect === 'sqlite'
    ? sql`spans cross join credentials ${name} where ${matches}`
    : sql`spans cross join lateral (
        select grant_id, exchange_id, expires_at, refresh_expires_at, lapse_at from credentials ${name} where ${matches}
        order by ${sql.ref(order)} limit ${limit}) ${name}`;
}

const someSubject = sql<string>`(select min(k.subject) from connections k where k.grant_id = c.grant_id)`;

/**
 * True of a grant's newest credential that has not ended, where somebody is connected to the grant and it is not
 * backing off.
 */
function isToBeRenewed(now: number, leavesUnread: boolean): RawBuilder<boolean> {
  return sql<boolean>`
    exists (select 1 from grants g where g.id = c.grant_id and (g.retry_at is null or g.retry_at <= ${now}))
    and c.exchange_id = (select max(s.exchange_id) from credentials s where s.grant_id = c.grant_id and s.ended_at is null)
    and exists (select 1 from connections k where k.grant_id = c.grant_id)
    and ${leavesUnread ? sql`not ${sql.raw(isUnreadQuery('c.grant_id'))}` : sql`1 = 1`}`;
}
