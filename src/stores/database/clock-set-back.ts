import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { ExchangeBounds } from '../../grants/exchange.ts';
import type { Database } from './schema.ts';

/**
 * What is ahead of the database's clock by less is no sign that it was set back, in milliseconds: processes on one SQLite
 * file read the machine's clock one after another.
 */
export const AHEAD_MS = 1_000;

/**
 * Brings down to now what the exchanges of these grants hold of a later time: the clock has been set back since, perhaps by
 * a failover to a server that is behind. Left as it was, a lease or a call without an answer would stand in the way for as
 * long as the clock was set back; passed over at once, a call that still runs would be asked a second time.
 *
 * @param grantIds a list or a subquery, without its brackets
 * @param now the database's time
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
  // Whether an abandoned recovery may have ended a credential is told by when both were opened.
  await sql`
    update credentials set opened_at = ${now}
    where ended_at is null and opened_at > ${now} and grant_id in (${grantIds})`.execute(transaction);
}

/** When the last recovery was answered that had been abandoned. */
const LAST_LATE = `(select max(outcome_at) from exchanges where grant_id = $1 and kind = 'recover' and outcome_at > finished_at)`;
const BEFORE_OR_SINCE = `case when opened_at < ${LAST_LATE} then $now - 1 else $now end`;

/**
 * Statements that bring down to now when abandoned recoveries of a grant were answered after all, for the transaction that opens
 * one more: left as they were, they would unsettle whatever it obtains for as long as the clock was set back. What was opened
 * before they were answered stays before that, and what was opened since stays after it.
 */
export const CATCH_UP_WITH_LATE_RECOVERIES: readonly string[] = [
  `update credentials set opened_at = ${BEFORE_OR_SINCE}
  where grant_id = $1 and ended_at is null and opened_at >= $now and ${LAST_LATE} > $now`,
  `update exchanges set opened_at = ${BEFORE_OR_SINCE}
  where grant_id = $1 and outcome is null and opened_at >= $now and ${LAST_LATE} > $now`,
  `update exchanges set outcome_at = $now, finished_at = case when finished_at >= $now then $now - 1 else finished_at end
  where grant_id = $1 and kind = 'recover' and outcome_at > finished_at and outcome_at > $now`,
];
