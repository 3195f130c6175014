import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { namedConnection } from '../../grants/connection-key.ts';
import { OvertakenError } from './overtaken.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';

/** One subject in one realm, or the key of one of its connections with a name. */
export interface Connectable {
  readonly realm: string;
  readonly subject: string;
}

/** The value of `owner`: the subject, where this is the key of a connection with a name. */
export function ownerOf(key: string): string | null {
  const { subject, connection } = namedConnection(key);
  return connection === undefined ? null : subject;
}

/** One upstream account. */
export interface UpstreamAccount {
  readonly realm: string;
  readonly accountId: string | undefined;
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
 * Creates a grant with this id, connected to nobody. Another transaction that creates one for the same account waits
 * until this one ends.
 *
 * @param createdAt epoch milliseconds
 * @throws {@link OvertakenError} where the account has a grant by now
 */
export async function createGrant(
  transaction: Transaction<Database>,
  id: string,
  { realm, accountId }: UpstreamAccount,
  createdAt: number,
): Promise<string> {
  const { numInsertedOrUpdatedRows: inserted } = await transaction
    .insertInto('grants')
    .values({ id, realm, account_id: accountId ?? null, failures: 0, created_at: createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (inserted === 0n) throw new OvertakenError('This account has got a grant meanwhile.');
  return id;
}

/**
 * Keeps others from connecting to this account until the transaction ends, whether it has a grant or not.
 *
 * @param now epoch milliseconds
 * @throws {@link OvertakenError} where the account has got or lost a grant since it was looked up
 */
export async function lockAccount(
  database: SqlDatabase,
  transaction: Transaction<Database>,
  account: UpstreamAccount,
  now: number,
): Promise<void> {
  const existing = await grantOfAccount(transaction, account);
  if (existing === undefined) {
    // The row keeps others who create a grant for this account waiting, even though it is deleted again in this
    // transaction.
    const held = await createGrant(transaction, randomUUID(), account, now);
    await transaction.deleteFrom('grants').where('id', '=', held).execute();
    return;
  }
  await database.lockGrant(transaction, existing);
  if ((await grantOfAccount(transaction, account)) !== existing) {
    throw new OvertakenError('The grant of this account has gone meanwhile.');
  }
}

/**
 * Connects the subject to this grant, and to no other.
 *
 * @param before the grant that it is connected to now, which the transaction has locked; undefined where there is none
 * @param createdAt epoch milliseconds
 * @throws {@link OvertakenError} where it is connected to another by now
 */
export async function connectTo(
  transaction: Transaction<Database>,
  grantId: string,
  { realm, subject }: Connectable,
  before: string | undefined,
  createdAt: number,
): Promise<void> {
  const owner = ownerOf(subject);
  const row = { realm, subject, owner, grant_id: grantId, created_at: createdAt, called_at: createdAt };
  const { numInsertedOrUpdatedRows: written } = await transaction
    .insertInto('connections')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['realm', 'subject'])
        .doUpdateSet(row)
        .where('connections.grant_id', '=', before ?? ''),
    )
    .executeTakeFirstOrThrow();
  if (written === 0n) throw new OvertakenError('This subject has been connected meanwhile.');
  await transaction.updateTable('grants').set({ left_at: null }).where('id', '=', grantId).execute();
}

/**
 * Records that nobody is connected to this grant any more, if that is so.
 *
 * @param at epoch milliseconds
 */
export async function markIfOrphaned(transaction: Transaction<Database>, grantId: string, at: number): Promise<void> {
  await transaction
    .updateTable('grants')
    .set({
      left_at: at,
      failures: 0,
      retry_at: null,
      last_failure: null,
      // A subject that connects again must not continue from any earlier token.
      successors_from: sql<number>`(select max(exchange_id) + 1 from credentials where grant_id = ${grantId})`,
    })
    .where('id', '=', grantId)
    .where(sql<boolean>`not exists (select 1 from connections where grant_id = ${grantId})`)
    .execute();
}
