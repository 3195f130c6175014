import type { Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import type { ExchangeBounds, OpenExchange } from '../../grants/exchange.ts';
import type { ExchangeIntent } from '../../grants/storage/grant-store.ts';
import { CATCH_UP_WITH_LATE_RECOVERIES } from '../database/clock-set-back.ts';
import { newNonce } from '../database/nonce.ts';
import { isUnreadQuery } from '../database/lease-query.ts';
import { closeAbandonedExchange } from './orphaned-exchanges.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { send, type Sent } from '../database/together.ts';

const OPEN = `
  insert into exchanges (grant_id, id, nonce, lineage, kind, presented_id, holder, opened_at, lease_until)
  select cast($1 as text), (select coalesce(max(id), 0) + 1 from exchanges where grant_id = $1), cast($2 as text), $lineage,
    cast($3 as text), cast($4 as bigint), cast($5 as text), $now, $now + cast($6 as bigint)
  where (select nonce from exchanges where grant_id = $1 order by id desc limit 1) is not distinct from cast($7 as text)
    and not exists (select 1 from exchanges where grant_id = $1 and finished_at is null)
    and (select nonce from credentials where grant_id = $1 and ended_at is null
      order by exchange_id desc limit 1) is not distinct from cast($8 as text)
    and case when ${isUnreadQuery('cast($1 as text)')} then 1 else 0 end = cast($9 as bigint)
  returning id`;
const APPLY = `
  update grants set applicant = $1
  where id = $2 and exists (select 1 from exchanges where grant_id = $2 and nonce = $3)`;

/** Who opens an exchange, and in which database. */
export interface Opener {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /** Names machine and process. */
  readonly holder: string;
}

/** An exchange that is opened if the statements sent find the grant as expected. */
interface Opening {
  readonly sent: Sent;
  /** Which of the answers has the number. */
  readonly at: number;
  readonly exchange: Omit<OpenExchange, 'exchangeId'>;
}

/** Opens an exchange as `GrantStore.openExchange` describes: in one round trip, unless something is in the way. */
export async function openExchange(options: Opener, intent: ExchangeIntent): Promise<OpenExchange | undefined> {
  const { database, bounds } = options;
  const at = (transaction: Transaction<Database>) => insertOpen(options, transaction, intent);
  try {
    const opened = await numbered(await database.transact(at));
    if (opened !== undefined) return opened;
    const again = await database.transact(async (transaction) => {
      await database.lockGrant(transaction, intent.grantId);
      const isClosed = await closeAbandonedExchange(transaction, intent.grantId, bounds, database.now());
      return isClosed ? at(transaction) : undefined;
    });
    return again && (await numbered(again));
  } catch (error) {
    if (isOpenElsewhere(error)) return undefined;
    throw error;
  }
}

/** No statement here needs the answer to an earlier one. */
async function insertOpen(
  { database, bounds, holder, clock }: Opener,
  transaction: Transaction<Database>,
  { grantId, kind, presented, accountId, last, current, isUnread = false, applicant }: ExchangeIntent,
): Promise<Opening> {
  const [openedAt, openedTick] = [clock.now(), clock.monotonic()];
  const nonce = newNonce();
  const caughtUp = kind === 'recover' ? CATCH_UP_WITH_LATE_RECOVERIES : [];
  const before = [...database.grantLock(grantId), ...caughtUp.map((text) => database.hot(text, [grantId]))];
  const foundBefore = [last?.nonce ?? null, current?.nonce ?? null, isUnread ? 1 : 0];
  const opened = [grantId, nonce, kind, presented?.exchangeId ?? null, holder, bounds.leaseMs, ...foundBefore];
  const sent = await send(transaction, [
    ...before,
    database.hot(OPEN, opened),
    ...(applicant === undefined ? [] : [database.hot(APPLY, [JSON.stringify(applicant), grantId, nonce])]),
  ]);
  const named = presented && { exchangeId: presented.exchangeId, nonce: presented.nonce };
  const exchange = { nonce, grantId, kind, presented: named, accountId, openedAt, openedTick };
  return { sent, at: before.length, exchange };
}

async function numbered({ sent, at, exchange }: Opening): Promise<OpenExchange | undefined> {
  const row = (await sent.answers)[at]?.rows[0] as { id: number } | undefined;
  return row && { ...exchange, exchangeId: row.id };
}

/** The unique index on open exchanges found another one, which no earlier statement saw. */
function isOpenElsewhere(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'exchanges_open';
}
