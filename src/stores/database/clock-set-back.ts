import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { ExchangeBounds } from '../../grants/exchange.ts';
import type { Database } from './schema.ts';

/**
 * In milliseconds. A time that is ahead of the database's clock by less than this is no sign that the clock was set
 * back: processes on one SQLite file read the machine's clock one after another.
 */
export const AHEAD_MS = 1_000;

/**
 * Lowers to now every time later than now that the exchanges of these grants hold: the clock has been set back since,
 * perhaps by a failover to a server that is behind. Left alone, a lease or a call without an answer would block the
 * grant for as long as the clock was set back; ignored at once, a call that still runs would be made a second time.
 *
 * @param grantIds a list or a subquery, without its brackets
 * @param now the database's time, in epoch milliseconds
 */
export async function catchUpWithClock(
  transaction: Transaction<Database>,
  grantIds: RawBuilder<unknown>,
  { leaseMs }: Pick<ExchangeBounds, 'leaseMs'>,
  now: RawBuilder<number>,
): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    update exchanges set
      opened_at = case when opened_at > ${now} then ${now} else opened_at end,
      lease_until = case when lease_until > ${now} + ${leaseMs} then ${now} + ${leaseMs} else lease_until end
    where outcome is null and grant_id in (${grantIds})
      and (opened_at > ${now} + ${AHEAD_MS}
        or (finished_at is null and lease_until > ${now} + ${leaseMs} + ${AHEAD_MS}))`.execute(transaction);
  if (numAffectedRows === 0n) return;
  // Whether an abandoned recovery may have ended a credential is decided by when both were opened.
  await sql`
    update credentials set opened_at = ${now}
    where ended_at is null and opened_at > ${now} and grant_id in (${grantIds})`.execute(transaction);
}

/** When the latest abandoned recovery was answered. */
const LAST_LATE = `(select max(outcome_at) from exchanges where grant_id = $1 and kind = 'recover' and outcome_at > finished_at)`;
const BEFORE_OR_SINCE = `case when opened_at < ${LAST_LATE} then $now - 1 else $now end`;

/**
 * Statements that lower to now the times at which abandoned recoveries of a grant were answered, for the transaction
 * that opens another one. Left alone, these times would unsettle whatever it obtains for as long as the clock was set
 * back. What was opened before the answers stays before them, and what was opened later stays after them.
 */
export const CATCH_UP_WITH_LATE_RECOVERIES: readonly string[] = [
  `update credentials set opened_at = ${BEFORE_OR_SINCE}
  where grant_id = $1 and ended_at is null and opened_at >= $now and ${LAST_LATE} > $now`,
  `update exchanges set opened_at = ${BEFORE_OR_SINCE}
  where grant_id = $1 and outcome is null and opened_at >= $now and ${LAST_LATE} > $now`,
  `update exchanges set outcome_at = $now, finished_at = case when finished_at >= $now then $now - 1 else finished_at end
  where grant_id = $1 and kind = 'recover' and outcome_at > finished_at and outcome_at > $now`,
];
