import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/schema.ts';
import type { Limits } from './limits.ts';
import type { Reach } from './reach.ts';
import { AT_NEXT_CREDENTIAL, noteRevisits } from './revisits.ts';
import { isForgettableEvent } from './rules.ts';
import { inOrder } from './in-order.ts';
import { nextBite, type Bite, type Dated } from './walk.ts';

/** An event that the walk has reached. */
interface WalkedEvent extends Dated {
  readonly id: number;
  readonly grantId: string;
  readonly realm: string;
  readonly isForgettable: number;
}

/**
 * Forgets the next events.
 *
 * @param limit the most events to walk
 * @returns how many it deleted, and how far the walk has come
 */
export async function forgetEvents(
  transaction: Transaction<Database>,
  limits: Limits,
  reach: Reach,
  limit: number,
): Promise<{ count: number } & Bite<unknown>> {
  const read = inOrder<WalkedEvent>(
    transaction,
    'e.at',
    sql`
      select e.id, e.grant_id as "grantId", e.realm, e.at, case when ${isForgettableEvent(limits)} then 1 else 0 end as "isForgettable"
      from events e`,
  );
  const bite = await nextBite(read, reach.events, { end: limits.facts - 1, limit });
  const forgotten = bite.rows.filter(({ isForgettable }) => isForgettable === 1);
  const words = await forgetOldWords(transaction, limits, forgotten);
  const ids = forgotten.map(({ id }) => id);
  if (ids.length > 0) await transaction.deleteFrom('events').where('id', 'in', ids).execute();
  const kept = bite.rows.filter(({ isForgettable }) => isForgettable === 0);
  const revisits = kept.map(({ grantId, realm, at }) => ({ grantId, at: whenLost(limits, realm, at) }));
  await noteRevisits(transaction, limits, revisits);
  return { ...bite, count: words + ids.length };
}

/**
 * Deletes the loss events that were kept until now. They must go before the events that followed them: otherwise a loss
 * that was repaired long ago would be the last event of its grant.
 */
async function forgetOldWords(
  transaction: Transaction<Database>,
  limits: Limits,
  forgotten: readonly WalkedEvent[],
): Promise<number> {
  if (forgotten.length === 0) return 0;
  const grantIds = [...new Set(forgotten.map(({ grantId }) => grantId))];
  const { numAffectedRows = 0n } = await sql`delete from events where id in (
    select e.id from events e where e.grant_id in (${sql.join(grantIds)}) and e.type = 'grant.reconnect_required'
      and e.id not in (${sql.join(forgotten.map(({ id }) => id))}) and ${isForgettableEvent(limits)})`.execute(
    transaction,
  );
  return Number(numAffectedRows);
}

/** When a grant that has had nothing left since `at` may be forgotten, in epoch milliseconds. */
function whenLost({ irreparable, lostMs }: Limits, realm: string, at: number): number {
  return irreparable.includes(realm) ? at + lostMs + 1 : AT_NEXT_CREDENTIAL;
}
