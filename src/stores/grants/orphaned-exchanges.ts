import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { ExchangeBounds } from '../../grants/exchange.ts';
import { catchUpWithClock } from '../database/clock-set-back.ts';
import { isDead } from '../database/holder.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';

/**
 * Closes, as `unknown`, the exchanges left open by processes of this machine that are gone, so that a restart never
 * waits for a lease to run out.
 *
 * @returns how many were closed
 */
export async function closeExchangesOfDeadProcesses(database: SqlDatabase): Promise<number> {
  return database.transact(async (transaction) => {
    const open = await transaction
      .selectFrom('exchanges')
      .select(['grant_id', 'id', 'holder'])
      .where('finished_at', 'is', null)
      .execute();
    const now = database.now();
    let closed = 0;
    for (const orphan of open.filter((exchange) => isDead(exchange.holder))) {
      if (await closeAsUnknown(transaction, orphan.grant_id, orphan.id, now)) closed += 1;
    }
    return closed;
  });
}

/**
 * Closes the open exchange of one grant if nobody holds it any more: as `unknown` where its holder is known to be gone;
 * otherwise, when its lease has run out, without an outcome, because its holder may still return with one.
 *
 * @param now the database's time, in epoch milliseconds
 * @returns whether there was one to close
 */
export async function closeAbandonedExchange(
  transaction: Transaction<Database>,
  grantId: string,
  bounds: ExchangeBounds,
  now: RawBuilder<number>,
): Promise<boolean> {
  await catchUpWithClock(transaction, sql`${grantId}`, bounds, now);
  const { rows } = await sql<{ id: number; holder: string; lapsed: number }>`
    select id, holder, case when lease_until <= ${now} then 1 else 0 end as lapsed
    from exchanges where grant_id = ${grantId} and finished_at is null`.execute(transaction);
  const [open] = rows;
  if (open === undefined) return false;
  if (isDead(open.holder)) return closeAsUnknown(transaction, grantId, open.id, now);
  if (open.lapsed === 0) return false;
  // Its holder may have renewed the lease at this very moment.
  const { numUpdatedRows } = await transaction
    .updateTable('exchanges')
    .set({ finished_at: now })
    .where('grant_id', '=', grantId)
    .where('id', '=', open.id)
    .where('finished_at', 'is', null)
    .where('lease_until', '<=', now)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

async function closeAsUnknown(
  transaction: Transaction<Database>,
  grantId: string,
  exchangeId: number,
  now: RawBuilder<number>,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('exchanges')
    .set({ finished_at: now, outcome: 'unknown', outcome_at: now, detail: 'the process ended before the answer' })
    .where('grant_id', '=', grantId)
    .where('id', '=', exchangeId)
    .where('finished_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}
