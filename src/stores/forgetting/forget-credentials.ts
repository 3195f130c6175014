import { sql, type Transaction } from 'kysely';
import { MOST_AHEAD_MS } from '../../grants/rules/renewal-schedule.ts';
import type { UsedCredential } from '../../grants/storage/upkeep-store.ts';
import type { Database } from '../database/schema.ts';
import type { Limits } from './limits.ts';
import type { Reach } from './reach.ts';
import { AT_NEXT_CREDENTIAL, noteRevisits, type Revisit } from './revisits.ts';
import { isForgettableCredential, isForgettableExchange, isHistory, isOneOf, tokenOverAt } from './rules.ts';
import { inOrder } from './in-order.ts';
import { nextBite, upToUnripe, type Bite, type Dated } from './walk.ts';

/** An ended credential that the walk has reached. */
interface WalkedCredential extends Dated, UsedCredential {
  readonly overAt: number;
  readonly isHistory: number;
  readonly isForgettable: number;
}

/**
 * Forgets the credentials that ended next, and their exchanges where these may be forgotten too.
 *
 * @param limit the most credentials to walk
 * @returns how many rows it deleted, and how far the walk has come
 */
export async function forgetCredentials(
  transaction: Transaction<Database>,
  limits: Limits,
  reach: Reach,
  limit: number,
): Promise<{ count: number } & Bite<unknown>> {
  const read = inOrder<WalkedCredential>(
    transaction,
    'c.ended_at',
    sql`
      select c.grant_id as "grantId", c.exchange_id as "exchangeId", c.ended_at as at, ${tokenOverAt} as "overAt",
        case when ${isHistory} then 1 else 0 end as "isHistory",
        case when ${isForgettableCredential(limits)} then 1 else 0 end as "isForgettable"
      from credentials c`,
  );
  const walked = await nextBite(read, reach.credentials, { end: limits.tokens - 1, limit });
  // A token that upkeep renewed early expires soon afterwards.
  const isUnripe = ({ overAt }: WalkedCredential) => overAt >= limits.tokens;
  const bite = upToUnripe(walked, isUnripe, limits.tokens - MOST_AHEAD_MS.access);
  const chosen = bite.rows.filter(({ isForgettable }) => isForgettable === 1);
  const forgotten = chosen.length === 0 ? [] : await forget(transaction, chosen);
  const isForgotten = new Set(forgotten.map(nameOf));
  const kept = bite.rows
    .filter((row) => !isForgotten.has(nameOf(row)))
    .map((row) => ({ grantId: row.grantId, at: whenRipe(limits, row) }));
  const exchanges = await forgetExchangesOf(transaction, limits, reach, forgotten);
  await noteRevisits(transaction, limits, [...kept, ...exchanges.kept]);
  return { ...bite, count: forgotten.length + exchanges.count };
}

/** @returns those that were still history; the successors of the others have ended since */
async function forget(
  transaction: Transaction<Database>,
  credentials: readonly UsedCredential[],
): Promise<UsedCredential[]> {
  const { rows } = await sql<UsedCredential>`delete from credentials where (grant_id, exchange_id) in (
    select c.grant_id, c.exchange_id from credentials c where ${isOneOf('exchange_id', credentials)} and ${isHistory})
    returning grant_id as "grantId", exchange_id as "exchangeId"`.execute(transaction);
  return rows;
}

async function forgetExchangesOf(
  transaction: Transaction<Database>,
  limits: Limits,
  reach: Reach,
  forgotten: readonly UsedCredential[],
): Promise<{ count: number; kept: Revisit[] }> {
  if (forgotten.length === 0) return { count: 0, kept: [] };
  const { numAffectedRows = 0n } = await sql`delete from exchanges where (grant_id, id) in (
    select e.grant_id, e.id from exchanges e where ${isOneOf('id', forgotten)} and ${isForgettableExchange(limits)})`.execute(
    transaction,
  );
  const count = Number(numAffectedRows);
  if (count === forgotten.length) return { count, kept: [] };
  // Exchanges opened later are still ahead of their own walk.
  const { rows } = await sql<{ grantId: string; outcomeAt: number }>`
    select e.grant_id as "grantId", coalesce(e.outcome_at, 0) as "outcomeAt" from exchanges e
    where ${isOneOf('id', forgotten)} and e.opened_at <= ${reach.exchanges} and e.kind <> 'import'`.execute(
    transaction,
  );
  const kept = rows.map(({ grantId, outcomeAt }) => ({
    grantId,
    at: outcomeAt >= limits.facts ? outcomeAt + limits.factsMs + 1 : AT_NEXT_CREDENTIAL,
  }));
  return { count, kept };
}

function whenRipe({ tokens, tokensMs, factsMs }: Limits, row: WalkedCredential): number {
  if (row.overAt >= tokens) return row.overAt + tokensMs + 1;
  return row.isHistory === 1 ? Math.max(row.at, row.overAt) + factsMs + 1 : AT_NEXT_CREDENTIAL;
}

function nameOf({ grantId, exchangeId }: UsedCredential): string {
  return `${grantId} ${exchangeId}`;
}
