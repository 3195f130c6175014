import { sql, type Transaction } from 'kysely';
import { MOST_AHEAD_MS } from '../../grants/rules/renewal-schedule.ts';
import type { UsedCredential } from '../../grants/storage/upkeep-store.ts';
import type { Database } from '../database/schema.ts';
import type { Limits } from './limits.ts';
import type { Reach } from './reach.ts';
import { AT_NEXT_CREDENTIAL, noteRevisits } from './revisits.ts';
import { hasCredential, isForgettableExchange, isOneOf } from './rules.ts';
import { inOrder } from './in-order.ts';
import { nextBite, upToUnripe, type Bite, type Dated } from './walk.ts';

/** An exchange that the walk has reached. */
interface WalkedExchange extends Dated, UsedCredential {
  readonly outcomeAt: number | null;
  /** 0 for those that are kept for good or are forgotten with their credential. */
  readonly isWaiting: number;
  readonly isForgettable: number;
}

/**
 * Forgets the exchanges that were opened next.
 *
 * @param limit the most exchanges to walk
 * @returns how many it deleted, and how far the walk has come
 */
export async function forgetExchanges(
  transaction: Transaction<Database>,
  limits: Limits,
  reach: Reach,
  limit: number,
): Promise<{ count: number } & Bite<unknown>> {
  const { facts, factsMs } = limits;
  const read = inOrder<WalkedExchange>(
    transaction,
    'e.opened_at',
    sql`
      select e.grant_id as "grantId", e.id as "exchangeId", e.opened_at as at, e.outcome_at as "outcomeAt",
        case when e.kind <> 'import' and not ${hasCredential} then 1 else 0 end as "isWaiting",
        case when ${isForgettableExchange(limits)} then 1 else 0 end as "isForgettable"
      from exchanges e`,
  );
  const walked = await nextBite(read, reach.exchanges, { end: facts - 1, limit });
  const isUnripe = ({ outcomeAt, isWaiting }: WalkedExchange) => isWaiting === 1 && (outcomeAt ?? 0) >= facts;
  const bite = upToUnripe(walked, isUnripe, facts - MOST_AHEAD_MS.access);
  const chosen = bite.rows.filter(({ isForgettable }) => isForgettable === 1);
  let count = 0;
  if (chosen.length > 0) {
    const { numAffectedRows = 0n } = await sql`delete from exchanges where (grant_id, id) in (
      select e.grant_id, e.id from exchanges e where ${isOneOf('id', chosen)} and ${isForgettableExchange(limits)})`.execute(
      transaction,
    );
    count = Number(numAffectedRows);
  }
  // Where fewer were deleted than chosen, those grants have just lost the credential that made the exchanges
  // forgettable.
  const kept = bite.rows.filter(
    ({ isWaiting, isForgettable }) => isWaiting === 1 && (isForgettable === 0 || count < chosen.length),
  );
  const revisits = kept.map(({ grantId, outcomeAt }) => ({
    grantId,
    at: outcomeAt !== null && outcomeAt >= facts ? outcomeAt + factsMs + 1 : AT_NEXT_CREDENTIAL,
  }));
  await noteRevisits(transaction, limits, revisits);
  return { ...bite, count };
}
