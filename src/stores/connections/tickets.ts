import { sql, type RawBuilder, type Selectable, type Transaction } from 'kysely';
import { namedConnection } from '../../grants/connection-key.ts';
import type { Link } from '../../grants/storage/link-store.ts';
import type { Database } from '../database/schema.ts';

/**
 * The columns of a link that are read. They are listed by name because a prepared statement that reads every column
 * fails when one is added.
 */
export const LINK_COLUMNS = [
  'id',
  'realm',
  'subject',
  'owner',
  'return_to',
  'step',
  'ticket_hash',
  'browser_hash',
  'state_hash',
  'completion_hash',
  'code_verifier',
  'code',
  'answer',
  'account_id',
  'holder',
  'lease_until',
  'failures',
  'retry_at',
  'created_at',
  'expires_at',
] as const satisfies (keyof Database['links'])[];

/**
 * True of the links of a subject, whichever of its connections they are for. Two queries, as not every planner uses two
 * indexes for one.
 */
export function isOf(realm: string, subject: string): RawBuilder<boolean> {
  return sql<boolean>`id in (select id from links where realm = ${realm} and subject = ${subject}
    union all select id from links where realm = ${realm} and owner = ${subject})`;
}

/** A link as it is stored. */
export type LinkRow = Pick<Selectable<Database['links']>, (typeof LINK_COLUMNS)[number]>;

/** The link in a row. */
export function linkOf({ id, realm, subject, return_to }: LinkRow): Link {
  return { id, realm, subject, returnTo: return_to };
}

/**
 * The ticket's row, if the ticket is not over; locked until the transaction ends, so that concurrent requests run one
 * after another.
 */
export async function lockTicket(
  transaction: Transaction<Database>,
  ticketHash: Uint8Array,
): Promise<LinkRow | undefined> {
  return transaction
    .updateTable('links')
    .set({ step: 'begun' })
    .where('ticket_hash', '=', ticketHash)
    .where('step', '=', 'begun')
    .returning(LINK_COLUMNS)
    .executeTakeFirst();
}

/** Deletes the oldest tickets that nobody has opened: an app that asks for several in a row means the last one. */
export async function forgetOldest(
  transaction: Transaction<Database>,
  { realm, subject }: { realm: string; subject: string },
): Promise<boolean> {
  const oldest = transaction
    .selectFrom('links')
    .select('id')
    .where(isOf(realm, namedConnection(subject).subject))
    .where('step', '=', 'begun')
    .orderBy('expires_at')
    .limit(1);
  const { numDeletedRows } = await transaction.deleteFrom('links').where('id', 'in', oldest).executeTakeFirstOrThrow();
  return numDeletedRows > 0n;
}
