import { sql, type RawBuilder } from 'kysely';
import { MOST_AHEAD_MS } from '../grants/schedule.ts';

/** How many exchanges of a realm were opened after `since` (epoch milliseconds), and how many of them saved a refresh token. */
export function loadQuery({ realm, since }: { readonly realm: string; readonly since: number }): RawBuilder<LoadRow> {
  return sql<LoadRow>`
    select count(*) as recent, count(p.exchange_id) as lapses
    from exchanges e
    join grants g on g.id = e.grant_id
    left join credentials p on p.grant_id = e.grant_id and p.exchange_id = e.presented_id and p.lapse_at <= e.opened_at
    where e.opened_at > ${since} and e.kind not in ('import', 'link') and g.realm = ${realm}`;
}

interface LoadRow {
  recent: number;
  lapses: number;
}

/** Of whom, how many, and when: epoch milliseconds. */
export interface DueQuestion {
  readonly realm: string;
  readonly limit: number;
  readonly now: number;
}

/** One grant that upkeep should see to. */
export interface DueRow {
  grant_id: string;
  exchange_id: number;
  subject: string;
}

/** The most pressing lapses that are looked at more closely: far more than any round renews. */
const MOST_PRESSING = 1_000;

/**
 * Access tokens in use that are near their end. Reads along the index of one realm in the order in which they came due, and
 * stops at the limit; whether one has ended already stands in the index as well, so that a backlog costs no look at a row.
 */
export function dueQuery({ realm, limit, now }: DueQuestion): RawBuilder<DueRow> {
  // Nothing has been due for longer without its end having come, so the range of the index is short.
  const since = now - MOST_AHEAD_MS.access;
  return sql<DueRow>`
    select c.grant_id, c.exchange_id, ${someSubject} as subject
    from credentials c
    where c.realm = ${realm} and c.ended_at is null and c.used_at is not null
      and c.renew_at between ${since} and ${now} and c.expires_at > ${now} and ${isToBeRenewed(now)}
    order by c.renew_at
    limit ${limit}`;
}

/** Refresh tokens near their end, those first that have the smallest share left of the time in which to exchange them. */
export function lapsingQuery({ realm, limit, now }: DueQuestion): RawBuilder<DueRow> {
  const since = now - MOST_AHEAD_MS.refresh;
  return sql<DueRow>`
    select c.grant_id, c.exchange_id, ${someSubject} as subject
    from (
      select l.grant_id, l.exchange_id, (l.refresh_expires_at - ${now}) * 1.0 / (l.refresh_expires_at - l.lapse_at + 1) as share
      from credentials l
      where l.realm = ${realm} and l.ended_at is null and l.lapse_at is not null
        and l.lapse_at between ${since} and ${now} and l.refresh_expires_at > ${now}
      order by share
      limit ${MOST_PRESSING}
    ) c
    where ${isToBeRenewed(now)}
    order by c.share
    limit ${limit}`;
}

const someSubject = sql<string>`(select min(k.subject) from connections k where k.grant_id = c.grant_id)`;

/** True of the newest standing credential of a grant that somebody is connected to and that doesn't back off. */
function isToBeRenewed(now: number): RawBuilder<boolean> {
  return sql<boolean>`
    exists (select 1 from grants g where g.id = c.grant_id and (g.retry_at is null or g.retry_at <= ${now}))
    and c.exchange_id = (select max(s.exchange_id) from credentials s where s.grant_id = c.grant_id and s.ended_at is null)
    and exists (select 1 from connections k where k.grant_id = c.grant_id)`;
}
