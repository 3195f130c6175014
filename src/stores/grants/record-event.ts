import { sql, type Transaction } from 'kysely';
import type { EventReason, EventType, GrantEvent, RecoveryPath } from '../../grants/events.ts';
import { subjectsOf } from '../../grants/connection-key.ts';
import { lastEvent } from './last-event.ts';
import { lastExchanged } from './last-exchanged.ts';
import type { Database } from '../database/schema.ts';
import { isUnreadQuery } from '../database/lease-query.ts';

/**
 * Writes the event for a new credential. For the transaction that appends it.
 *
 * @param gain `at` in epoch milliseconds
 */
export async function recordGain(
  transaction: Transaction<Database>,
  gain: Omit<NewEvent, 'reason' | 'type' | 'detail'> & { readonly type: 'grant.created' | 'grant.recovered' },
): Promise<GrantEvent | undefined> {
  const { type, grantId, exchangeId } = gain;
  const isRecovery = type === 'grant.recovered';
  const reason = isRecovery ? await reasonOfLoss(transaction, grantId, exchangeId) : null;
  const detail = isRecovery ? await detailOfLoss(transaction, grantId, exchangeId) : null;
  return record(transaction, { ...gain, reason, detail });
}

/**
 * Writes the event that a grant has nothing left, if that is so. The event is keyed by the last exchange that affected
 * its credentials, so it is never written twice.
 *
 * @param times in epoch milliseconds: `at` by the database's clock, `tokensAt` by the clock that judges tokens;
 *   `unresolvedMs`, how long a call may take effect, in milliseconds
 */
export async function recordLoss(
  transaction: Transaction<Database>,
  grantId: string,
  recoveryPath: RecoveryPath,
  { at, tokensAt, unresolvedMs }: { at: number; tokensAt: number; unresolvedMs: number },
): Promise<GrantEvent | undefined> {
  if (recoveryPath === 'self') return undefined;
  const { rows } = await sql<{ exchange_id: number | null }>`
    select (select max(id) from exchanges where grant_id = g.id and outcome in ('obtained', 'rejected')) as exchange_id
    from grants g
    where g.id = ${grantId} and g.integrated_at is not null
      and not exists (select 1 from credentials where grant_id = g.id and ended_at is null
        and (refresh_token is not null or expires_at > ${tokensAt}))
      and not exists (select 1 from exchanges where grant_id = g.id and outcome is null
        and opened_at + ${unresolvedMs} > ${at})
      and not ${sql.raw(isUnreadQuery('g.id'))}`.execute(transaction);
  const exchangeId = rows[0]?.exchange_id;
  if (exchangeId == null || (await lastEvent(transaction, grantId))?.type === 'grant.reconnect_required') {
    return undefined;
  }
  if (recoveryPath === 'replay' && (await lastExchanged(transaction, grantId)) !== undefined) return undefined;
  const reason = await reasonOfLoss(transaction, grantId, exchangeId + 1);
  const detail = await detailOfLoss(transaction, grantId, exchangeId + 1);
  return record(transaction, { type: 'grant.reconnect_required', reason, at, grantId, exchangeId, detail });
}

/**
 * Writes the event that a subject has left. For the transaction that deletes the connection.
 *
 * @param at epoch milliseconds
 */
export async function recordDisconnection(
  transaction: Transaction<Database>,
  grantId: string,
  key: string,
  at: number,
): Promise<GrantEvent | undefined> {
  const last = await transaction
    .selectFrom('exchanges')
    .select(({ fn }) => fn.max('id').as('id'))
    .where('grant_id', '=', grantId)
    .executeTakeFirst();
  const event = {
    type: 'grant.disconnected',
    reason: null,
    detail: null,
    at,
    grantId,
    exchangeId: last?.id ?? 0,
  } as const;
  return insertEvent(transaction, event, [key]);
}

/**
 * Writes the event that nothing can renew a new credential. For the transaction that appends it.
 *
 * @param credential `at` in epoch milliseconds
 */
export async function recordUnrenewable(
  transaction: Transaction<Database>,
  credential: Pick<NewEvent, 'grantId' | 'exchangeId' | 'at'>,
): Promise<GrantEvent | undefined> {
  return record(transaction, { ...credential, type: 'grant.unrenewable', reason: null, detail: null });
}

/**
 * Writes the event that an access token ends soon that nothing can renew; it is keyed by the exchange that gave the
 * token, so it is emitted once.
 *
 * @param credential `at` in epoch milliseconds
 */
export async function recordExpiring(
  transaction: Transaction<Database>,
  credential: Pick<NewEvent, 'grantId' | 'exchangeId' | 'at'>,
): Promise<GrantEvent | undefined> {
  return record(transaction, { ...credential, type: 'grant.expiring', reason: null, detail: null });
}

/**
 * Writes the event that a grant ends although the provider has not revoked it. For the transaction that erases it.
 *
 * @param end `at` in epoch milliseconds
 */
export async function recordUnrevoked(
  transaction: Transaction<Database>,
  end: Pick<NewEvent, 'at' | 'grantId' | 'exchangeId' | 'detail'>,
): Promise<GrantEvent | undefined> {
  return insertEvent(transaction, { type: 'grant.unrevoked', reason: null, ...end }, []);
}

/**
 * Writes the event that a grant has nothing left, because its tokens turned out to be of another account.
 *
 * @param loss `at` in epoch milliseconds; `exchangeId`, the exchange that brought the tokens
 */
export async function recordMismatch(
  transaction: Transaction<Database>,
  { grantId, exchangeId, at }: { grantId: string; exchangeId: number; at: number },
): Promise<GrantEvent | undefined> {
  const type = 'grant.reconnect_required';
  return record(transaction, { type, reason: 'account_mismatch', detail: null, at, grantId, exchangeId });
}

/**
 * Writes the event that a refresh token has ended unrenewed; it is keyed by the exchange that gave the token, so it is
 * emitted once.
 *
 * @param lapse `at` in epoch milliseconds
 */
export async function recordLapse(
  transaction: Transaction<Database>,
  { grantId, exchangeId, at }: { grantId: string; exchangeId: number; at: number },
): Promise<GrantEvent | undefined> {
  return record(transaction, { type: 'grant.lapsed', reason: null, at, grantId, exchangeId, detail: null });
}

/**
 * Writes the event that the answer of an exchange cannot be read. For the transaction that keeps it.
 *
 * @param unreadable `at` in epoch milliseconds
 */
export async function recordUnreadable(
  transaction: Transaction<Database>,
  unreadable: Omit<NewEvent, 'type'>,
): Promise<GrantEvent | undefined> {
  return record(transaction, { ...unreadable, type: 'grant.answer_unreadable' });
}

interface NewEvent {
  readonly type: EventType;
  readonly reason: EventReason | null;
  readonly at: number;
  readonly grantId: string;
  readonly exchangeId: number;
  readonly detail: string | null;
}

async function record(transaction: Transaction<Database>, event: NewEvent): Promise<GrantEvent | undefined> {
  const connections = await transaction
    .selectFrom('connections')
    .select('subject')
    .where('grant_id', '=', event.grantId)
    .orderBy('subject')
    .execute();
  const keys = connections.map(({ subject }) => subject);
  return insertEvent(transaction, event, keys);
}

async function insertEvent(
  transaction: Transaction<Database>,
  { type, reason, at, grantId, exchangeId, detail }: NewEvent,
  keys: readonly string[],
): Promise<GrantEvent | undefined> {
  const subjects = subjectsOf(keys);
  const row = await transaction
    .insertInto('events')
    .values({
      number: sql<number>`(select coalesce(max(number), 0) + 1 from events where grant_id = ${grantId})`,
      type,
      reason,
      at,
      realm: sql<string>`(select realm from grants where id = ${grantId})`,
      grant_id: grantId,
      subjects: JSON.stringify(subjects),
      exchange_id: exchangeId,
      detail,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'realm'])
    .executeTakeFirst();
  const told = { reason: reason ?? undefined, detail: detail ?? undefined };
  return row && { ...row, type, at, grantId, subjects, exchangeId, ...told };
}

/** What the provider said with its last refusal before this exchange; null where it said nothing, or never refused. */
async function detailOfLoss(
  transaction: Transaction<Database>,
  grantId: string,
  beforeExchangeId: number,
): Promise<string | null> {
  const row = await transaction
    .selectFrom('exchanges')
    .select('detail')
    .where('grant_id', '=', grantId)
    .where('id', '<', beforeExchangeId)
    .where('outcome', '=', 'rejected')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.detail ?? null;
}

/**
 * Why the credentials that this exchange had to replace were refused; null where none was. Where the same refresh token
 * was presented before and got no answer, that missing answer is the reason, whatever was tried since. Where the token
 * was obtained in another lineage of the database than the refusal, the database has lost what followed from it.
 */
async function reasonOfLoss(
  transaction: Transaction<Database>,
  grantId: string,
  beforeExchangeId: number,
): Promise<EventReason | null> {
  const { rows } = await sql<{ lost: number | null; reverted: number | null }>`
    select max(case when exists (select 1 from exchanges e where e.grant_id = r.grant_id and e.presented_id = r.presented_id
        and e.id <> r.id and (e.outcome is null or e.outcome in ('unknown', 'unreadable'))) then 1 else 0 end) as lost,
      max(case when exists (select 1 from exchanges e where e.grant_id = r.grant_id and e.id = r.presented_id
        and e.lineage <> r.lineage) then 1 else 0 end) as reverted
    from exchanges r
    where r.grant_id = ${grantId} and r.id < ${beforeExchangeId} and r.outcome = 'rejected'
      and not exists (select 1 from exchanges o where o.grant_id = r.grant_id and o.outcome = 'obtained'
        and o.id > r.id and o.id < ${beforeExchangeId})`.execute(transaction);
  const [refused] = rows;
  if (refused?.lost == null) return (await isReported(transaction, grantId, beforeExchangeId)) ? 'refused' : null;
  if (refused.lost === 1) return 'answer_lost';
  return refused.reverted === 1 ? 'reverted' : 'refused';
}

/** Whether the credential that this exchange had to replace ended because a caller reported it, without an exchange. */
async function isReported(
  transaction: Transaction<Database>,
  grantId: string,
  beforeExchangeId: number,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from credentials c
    where c.grant_id = ${grantId} and c.exchange_id < ${beforeExchangeId} and c.end_reason = 'rejected'
      and not exists (select 1 from exchanges o where o.grant_id = c.grant_id and o.outcome = 'obtained'
        and o.id > c.exchange_id and o.id < ${beforeExchangeId})
      and not exists (select 1 from exchanges r where r.grant_id = c.grant_id and r.presented_id = c.exchange_id
        and r.outcome = 'rejected')
    limit 1`.execute(transaction);
  return rows.length > 0;
}
