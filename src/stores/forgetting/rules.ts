import { sql, type RawBuilder } from 'kysely';
import type { UsedCredential } from '../../grants/storage/upkeep-store.ts';
import type { Limits } from './limits.ts';

const DAY_MS = 86_400_000;

/**
 * When the access token of an ended credential `c` counts as over, in epoch milliseconds: at its expiry, and no later
 * than a day after its end. A token that lives for weeks, or has no expiry, is not kept for that.
 */
export const tokenOverAt = sql`(case when c.expires_at > c.ended_at + ${sql.raw(String(DAY_MS))}
  then c.ended_at + ${sql.raw(String(DAY_MS))} else c.expires_at end)`;

/**
 * True of an event `e` that may be forgotten. A grant that has lost everything keeps that event, so that it is not
 * emitted again.
 */
export function isForgettableEvent({ facts }: Limits): RawBuilder<boolean> {
  return sql<boolean>`e.at < ${facts} and (e.type <> 'grant.reconnect_required'
    or not exists (select 1 from grants g where g.id = e.grant_id)
    or exists (select 1 from events n where n.grant_id = e.grant_id and n.number > e.number
      and n.type <> 'grant.disconnected'))`;
}

/**
 * True of a credential `c` that may be forgotten: it must have been replaced by a newer one that has not ended; a grant
 * with nothing left keeps what it knows. A call that presented the credential and whose answer may still arrive may
 * need its refresh token a while longer.
 */
export function isForgettableCredential({ facts, tokens }: Limits): RawBuilder<boolean> {
  return sql<boolean>`c.ended_at < ${tokens} and ${tokenOverAt} < ${tokens} and ${isHistory}
    and ((c.ended_at < ${facts} and ${tokenOverAt} < ${facts})
      or not exists (select 1 from exchanges p where p.grant_id = c.grant_id and p.id > c.exchange_id
        and p.presented_id = c.exchange_id and (p.outcome is null or p.outcome in ('unknown', 'unreadable'))))`;
}

/** True of a credential `c` that has been replaced by one that has not ended. */
export const isHistory = sql<boolean>`c.exchange_id < (select max(s.exchange_id) from credentials s
  where s.grant_id = c.grant_id and s.ended_at is null)`;

/**
 * True of an exchange `e` that may be forgotten: its credential is gone, and no credential that has not ended depends
 * on it.
 */
export function isForgettableExchange({ facts }: Limits): RawBuilder<boolean> {
  return sql<boolean>`e.opened_at < ${facts} and e.outcome_at < ${facts}
    -- Whose mark says that the same line of a file was imported before.
    and e.kind <> 'import'
    and not ${hasCredential}
    and exists (select 1 from credentials s where s.grant_id = e.grant_id and s.ended_at is null
      and s.exchange_id > e.id and s.opened_at > e.outcome_at)
    -- A recovery unsettles whatever is older, should that become current again.
    and (e.kind <> 'recover' or not exists (select 1 from credentials s where s.grant_id = e.grant_id
      and s.ended_at is null and (s.exchange_id < e.id or s.opened_at <= e.outcome_at)))`;
}

/** True of an exchange `e` whose credential is still stored. */
export const hasCredential = sql<boolean>`exists (select 1 from credentials o
  where o.grant_id = e.grant_id and o.exchange_id = e.id)`;

/** Whether a row belongs to one of these pairs of grant and number; there must be at least one. */
export function isOneOf(number: string, names: readonly UsedCredential[]): RawBuilder<boolean> {
  const values = names.map(({ grantId, exchangeId }) => sql`(cast(${grantId} as text), cast(${exchangeId} as bigint))`);
  return sql<boolean>`(grant_id, ${sql.ref(number)}) in (values ${sql.join(values)})`;
}
