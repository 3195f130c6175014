import { sql, type RawBuilder, type Transaction } from 'kysely';
import { GrantForgottenError } from '../../grants/errors.ts';
import type { ExchangeName, OpenExchange, Outcome } from '../../grants/exchange.ts';
import { newNonce } from '../database/nonce.ts';
import type { Database } from '../database/schema.ts';

/**
 * The holder of an exchange that is over. The real name would be the longest of all columns, and nothing reads it any
 * more.
 */
export const NOBODY = '';

/** The number of the next exchange of a grant, for the transaction that has locked the grant. */
export function nextExchangeId(grantId: string): RawBuilder<number> {
  return sql<number>`(select coalesce(max(id), 0) + 1 from exchanges where grant_id = ${grantId})`;
}

/** The nonce of the newest exchange of a grant; null where there is none. */
export function newestNonce(grantId: string): RawBuilder<string | null> {
  return sql<string | null>`(select nonce from exchanges where grant_id = ${grantId} order by id desc limit 1)`;
}

/**
 * Replaces the lineage of an exchange that the database has lost: no exchange is ever opened in a lineage of this name.
 */
const FORGOTTEN = 'forgotten';

/** The database's present lineage and time. */
export interface Present {
  /** The current lineage of the database. */
  readonly lineage: RawBuilder<string>;
  /** By the database's clock, in epoch milliseconds. */
  readonly now: number;
}

/**
 * For an exchange that this database doesn't have under its number: there is none, or the number is another's, because
 * the database has gone back in time. Its answer is still true, so the exchange is written again, unless that was done
 * before.
 *
 * @param now by the database's clock, in epoch milliseconds
 * @returns its number in this database
 */
export async function rewriteExchange(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  now: number,
): Promise<number> {
  return (await exchangeNumber(transaction, exchange)) ?? insertAgain(transaction, exchange, now);
}

/**
 * Finishes an exchange with its outcome.
 *
 * @param now by the database's clock, in epoch milliseconds
 * @returns false where this database doesn't have the exchange under that number
 */
export async function finishExchange(
  transaction: Transaction<Database>,
  { grantId, exchangeId, nonce }: Pick<OpenExchange, 'grantId' | 'exchangeId' | 'nonce'>,
  end: { outcome: Outcome; detail: string | null; lineage?: Present['lineage'] },
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('exchanges')
    .set({
      ...end,
      holder: NOBODY,
      outcome_at: now,
      finished_at: sql<number>`coalesce(finished_at, ${now})`,
    })
    .where('grant_id', '=', grantId)
    .where('id', '=', exchangeId)
    .where('nonce', '=', nonce)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/**
 * For a grant that isn't there: a subject whose grant was erased has left, and has no use for the tokens.
 *
 * @throws GrantForgottenError where nobody has left it
 */
export async function assertErased(transaction: Transaction<Database>, grantId: string): Promise<void> {
  const left = await transaction
    .selectFrom('events')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('type', '=', 'grant.disconnected')
    .limit(1)
    .executeTakeFirst();
  if (left === undefined) throw new GrantForgottenError(grantId);
}

/** Whether the grant is in this database. */
export async function isThere(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  const row = await transaction.selectFrom('grants').select('id').where('id', '=', grantId).executeTakeFirst();
  return row !== undefined;
}

/**
 * Writes an exchange that is finished as soon as it is opened, because its credential comes with it.
 *
 * @returns its name
 */
export async function insertFinished(
  transaction: Transaction<Database>,
  { grantId, kind, presented }: Omit<OpenExchange, 'exchangeId' | 'nonce'>,
  { lineage, now }: Present,
): Promise<ExchangeName> {
  const nonce = newNonce();
  const { id } = await transaction
    .insertInto('exchanges')
    .values({
      grant_id: grantId,
      id: nextExchangeId(grantId),
      nonce,
      lineage,
      kind,
      presented_id: presented?.exchangeId ?? null,
      holder: NOBODY,
      opened_at: now,
      lease_until: now,
      finished_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { exchangeId: id, nonce };
}

/** The number of the credential of this name in this database; undefined where it is not there. */
export async function credentialNumber(
  transaction: Transaction<Database>,
  grantId: string,
  { exchangeId, nonce }: ExchangeName,
): Promise<number | undefined> {
  const named = transaction
    .selectFrom('credentials')
    .select('exchange_id')
    .where('grant_id', '=', grantId)
    .where('nonce', '=', nonce);
  const there = await named.where('exchange_id', '=', exchangeId).executeTakeFirst();
  return (there ?? (await named.executeTakeFirst()))?.exchange_id;
}

async function exchangeNumber(
  transaction: Transaction<Database>,
  { grantId, nonce }: OpenExchange,
): Promise<number | undefined> {
  const row = await transaction
    .selectFrom('exchanges')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('nonce', '=', nonce)
    .executeTakeFirst();
  return row?.id;
}

/**
 * Inserts the exchange as the newest of the grant; or as the oldest, where a credential that has not ended was opened
 * after it. It was not opened in the current lineage, or it would be there; what followed from its credential may be
 * lost too.
 */
async function insertAgain(
  transaction: Transaction<Database>,
  { grantId, nonce, kind, presented, openedAt }: OpenExchange,
  now: number,
): Promise<number> {
  const presentedId = presented && (await credentialNumber(transaction, grantId, presented));
  const { rows } = await sql<{ id: number }>`
    insert into exchanges (grant_id, id, nonce, lineage, kind, presented_id, holder, opened_at, lease_until, finished_at)
    select cast(${grantId} as text),
      case when exists (select 1 from credentials where grant_id = ${grantId} and ended_at is null and opened_at > ${openedAt})
        then (select min(id) - 1 from exchanges where grant_id = ${grantId})
        else ${nextExchangeId(grantId)} end,
      cast(${nonce} as text), cast(${FORGOTTEN} as text), cast(${kind} as text), cast(${presentedId ?? null} as bigint),
      cast(${NOBODY} as text), cast(${openedAt} as bigint), cast(${now} as bigint), cast(${now} as bigint)
    returning id`.execute(transaction);
  const id = rows[0]?.id;
  if (id === undefined) throw new Error(`Exchange ${nonce} of grant ${grantId} could not be written again.`);
  return id;
}
