import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import type { Limits } from './limits.ts';
import type { Reach } from './reach.ts';
import { AT_NEXT_CREDENTIAL } from './revisits.ts';
import {
  hasCredential,
  isForgettableCredential,
  isForgettableEvent,
  isForgettableExchange,
  isHistory,
  tokenOverAt,
} from './rules.ts';

/** How long until a grant that could not be forgotten in time is looked at again, in milliseconds. */
const AGAIN_MS = 86_400_000;

/**
 * The grants to look at now: those of which something was kept, and those that nobody is connected to any more.
 *
 * @param limit the most grants of each of the two kinds
 */
export async function grantsToSee(
  transaction: Transaction<Database>,
  { now, lost, irreparable }: Limits,
  limit: number,
): Promise<string[]> {
  const again = await transaction
    .selectFrom('grants')
    .select('id')
    .where('revisit_at', '<=', now)
    .orderBy('revisit_at')
    .limit(limit)
    .execute();
  if (irreparable.length === 0) return again.map(({ id }) => id);
  const left = await transaction
    .selectFrom('grants')
    .select('id')
    .where('left_at', '<', lost)
    .where('realm', 'in', irreparable)
    // Otherwise a grant that stays would be looked at again and again.
    .where((where) => where.or([where('revisit_at', 'is', null), where('revisit_at', '=', AT_NEXT_CREDENTIAL)]))
    .orderBy('left_at')
    .limit(limit)
    .execute();
  return [...new Set([...again, ...left].map(({ id }) => id))];
}

/**
 * Forgets everything of one grant that may be forgotten, whenever the walk reached it; or the whole grant, where it has
 * been lost for long enough.
 *
 * @returns how many rows it deleted
 */
export async function forgetWithin(
  database: SqlDatabase,
  transaction: Transaction<Database>,
  limits: Limits,
  reach: Reach,
  grantId: string,
): Promise<number> {
  await database.lockGrant(transaction, grantId);
  if (await isLost(transaction, limits, grantId)) {
    const count = await forgetGrant(transaction, limits, grantId);
    await database.notifyChange(transaction, grantId);
    return count;
  }
  const deleted = [
    await sql`delete from events where id in (
      select e.id from events e where e.grant_id = ${grantId} and ${isForgettableEvent(limits)})`.execute(transaction),
    await sql`delete from credentials where grant_id = ${grantId} and exchange_id in (
      select c.exchange_id from credentials c where c.grant_id = ${grantId} and ${isForgettableCredential(limits)})`.execute(
      transaction,
    ),
    await sql`delete from exchanges where grant_id = ${grantId} and id in (
      select e.id from exchanges e where e.grant_id = ${grantId} and ${isForgettableExchange(limits)})`.execute(
      transaction,
    ),
  ];
  const next = await nextLook(transaction, limits, reach, grantId);
  await transaction
    .updateTable('grants')
    .set({ revisit_at: next !== null && next <= limits.now ? limits.now + AGAIN_MS : next })
    .where('id', '=', grantId)
    .execute();
  return deleted.reduce((sum, { numAffectedRows = 0n }) => sum + Number(numAffectedRows), 0);
}

/** Whether a grant has had nothing left for long enough, only its user can repair it, and nobody is about to. */
async function isLost(transaction: Transaction<Database>, limits: Limits, grantId: string): Promise<boolean> {
  const { now, lost, irreparable } = limits;
  if (irreparable.length === 0) return false;
  const { rows } = await sql`
    select 1 from grants g
    where g.id = ${grantId} and g.realm in (${sql.join(irreparable)})
      and not exists (select 1 from exchanges e where e.grant_id = g.id and e.finished_at is null)
      and (${isLongForsaken(lost)} or (
        exists (select 1 from events l where l.grant_id = g.id and l.type = 'grant.reconnect_required' and l.at < ${lost}
          and not exists (select 1 from events n where n.grant_id = g.id and n.number > l.number
            and n.type <> 'grant.disconnected'))
        and not exists (select 1 from exchanges e where e.grant_id = g.id and e.opened_at >= ${lost})
        and not exists (select 1 from credentials s where s.grant_id = g.id and s.ended_at is null
          and (s.refresh_token is not null or s.expires_at > ${now}))
        and not exists (select 1 from links k join connections c on c.realm = k.realm and c.subject = k.subject
          where c.grant_id = g.id and k.expires_at > ${now})))`.execute(transaction);
  return rows.length > 0;
}

function isLongForsaken(lost: number): RawBuilder<boolean> {
  return sql<boolean>`(g.left_at < ${lost} and not exists (select 1 from connections c where c.grant_id = g.id))`;
}

/** Deletes a grant with everything known of it, and those events that were kept only for its sake. */
async function forgetGrant(transaction: Transaction<Database>, limits: Limits, grantId: string): Promise<number> {
  const of = (table: 'connections' | 'credentials' | 'exchanges') =>
    transaction.deleteFrom(table).where('grant_id', '=', grantId).executeTakeFirstOrThrow();
  const deleted = [
    await of('connections'),
    await of('credentials'),
    await of('exchanges'),
    await transaction.deleteFrom('grants').where('id', '=', grantId).executeTakeFirstOrThrow(),
    await transaction
      .deleteFrom('events')
      .where('grant_id', '=', grantId)
      .where('at', '<', limits.facts)
      .executeTakeFirstOrThrow(),
  ];
  return deleted.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), 0);
}

/**
 * When something of what the walk has passed may be forgotten, in epoch milliseconds; null where nothing of it is left.
 */
async function nextLook(
  transaction: Transaction<Database>,
  { facts, factsMs, tokens, tokensMs, lostMs, irreparable }: Limits,
  reach: Reach,
  grantId: string,
): Promise<number | null> {
  const later = (end: RawBuilder<unknown>, ms: number) => sql`${end} + ${ms + 1}`;
  const latest = sql`case when c.ended_at > ${tokenOverAt} then c.ended_at else ${tokenOverAt} end`;
  const isIrreparable = irreparable.length === 0 ? sql`1 = 0` : sql`v.realm in (${sql.join(irreparable)})`;
  const { rows } = await sql<{ next: number | null }>`
    select cast(min(l.at) as bigint) as next from (
      select case when ${tokenOverAt} >= ${tokens} then ${later(tokenOverAt, tokensMs)}
        when ${isHistory} then ${later(sql`(${latest})`, factsMs)} else ${AT_NEXT_CREDENTIAL} end as at
      from credentials c where c.grant_id = ${grantId} and c.ended_at <= ${reach.credentials}
      union all
      select case when e.outcome_at >= ${facts} then ${later(sql`e.outcome_at`, factsMs)} else ${AT_NEXT_CREDENTIAL} end
      from exchanges e where e.grant_id = ${grantId} and e.opened_at <= ${reach.exchanges} and e.kind <> 'import'
        and not ${hasCredential}
      union all
      select case when ${isIrreparable} then ${later(sql`v.at`, lostMs)} else ${AT_NEXT_CREDENTIAL} end
      from events v where v.grant_id = ${grantId} and v.type = 'grant.reconnect_required' and v.at <= ${reach.events}
    ) l`.execute(transaction);
  return rows[0]?.next ?? null;
}
