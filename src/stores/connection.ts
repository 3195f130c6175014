import { randomBytes } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** One subject in one realm. */
export interface Connectable {
  readonly realm: string;
  readonly subject: string;
}

/** One upstream account. */
export interface UpstreamAccount {
  readonly realm: string;
  readonly accountId: string | undefined;
}

/** An id for a grant: of 96 bits of chance. It stands in every row and index of what the grant keeps, so it is short. */
export function newGrantId(): string {
  return randomBytes(12).toString('base64url');
}

/** The grant that the subject is connected to. */
export async function connectedTo(
  transaction: Transaction<Database>,
  { realm, subject }: Connectable,
): Promise<string | undefined> {
  const row = await transaction
    .selectFrom('connections')
    .select('grant_id')
    .where('realm', '=', realm)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.grant_id;
}

/** The grant of an account. */
export async function grantOfAccount(
  transaction: Transaction<Database>,
  { realm, accountId }: UpstreamAccount,
): Promise<string | undefined> {
  if (accountId === undefined) return undefined;
  const row = await transaction
    .selectFrom('grants')
    .select('id')
    .where('realm', '=', realm)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row?.id;
}

/**
 * A new grant, connected to nobody.
 *
 * @param createdAt epoch milliseconds
 */
export async function createGrant(
  transaction: Transaction<Database>,
  { realm, accountId }: UpstreamAccount,
  createdAt: number,
): Promise<string> {
  const id = newGrantId();
  await transaction
    .insertInto('grants')
    .values({ id, realm, account_id: accountId ?? null, failures: 0, created_at: createdAt })
    .execute();
  return id;
}

/**
 * Connects the subject to this grant, and to no other any more.
 *
 * @param createdAt epoch milliseconds
 */
export async function connectTo(
  transaction: Transaction<Database>,
  grantId: string,
  { realm, subject }: Connectable,
  createdAt: number,
): Promise<void> {
  const row = { realm, subject, grant_id: grantId, created_at: createdAt, called_at: createdAt };
  await transaction
    .insertInto('connections')
    .values(row)
    .onConflict((conflict) => conflict.columns(['realm', 'subject']).doUpdateSet(row))
    .execute();
  await transaction.updateTable('grants').set({ left_at: null }).where('id', '=', grantId).execute();
}

/**
 * Notes that nobody is connected to this grant any more, if that is so.
 *
 * @param at epoch milliseconds
 */
export async function noteForsaken(transaction: Transaction<Database>, grantId: string, at: number): Promise<void> {
  await transaction
    .updateTable('grants')
    .set({
      left_at: at,
      failures: 0,
      retry_at: null,
      last_failure: null,
      // Whoever connects again goes on from none of the tokens of before.
      successors_from: sql<number>`(select max(exchange_id) + 1 from credentials where grant_id = ${grantId})`,
    })
    .where('id', '=', grantId)
    .where(sql<boolean>`not exists (select 1 from connections where grant_id = ${grantId})`)
    .execute();
}
