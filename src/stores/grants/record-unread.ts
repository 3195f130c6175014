import { sql, type Transaction } from 'kysely';
import type { GrantEvent } from '../../grants/events.ts';
import type { OpenExchange } from '../../grants/exchange.ts';
import type { Failure } from '../../grants/storage/grant-store.ts';
import type { UnreadContent } from '../../grants/storage/unread-store.ts';
import type { Unreadable } from '../../providers/provider.ts';
import { Secret } from '../../secret.ts';
import type { Database } from '../database/schema.ts';
import { openUnread, sealUnread, type SealedUnread } from '../vault/sealed-answer.ts';
import type { Vault } from '../vault/vault.ts';
import { applyBackoff } from './apply-backoff.ts';
import { assertErased, finishExchange, isThere, rewriteExchange } from './exchange-row.ts';
import { recordUnreadable } from './record-event.ts';

/** The most answers that are kept of one grant: a provider that nobody can read may be asked again and again. */
const MOST_OF_A_GRANT = 8;

/** The sealed content, as JSON. */
interface Content {
  readonly exchange: OpenExchange;
  readonly unread: SealedUnread;
}

/**
 * Finishes an exchange whose answer can't be read and keeps the answer, for the transaction that has locked the grant;
 * does nothing if it is kept already, or has been read since.
 *
 * @param sealing `now` by the database's clock, in epoch milliseconds
 * @returns the event that it causes, the first time
 * @throws GrantForgottenError where the grant is gone although nobody has left it
 */
export async function recordUnread(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  { answer, backoff, reader }: Failure & { readonly answer: Unreadable },
  { vault, now }: { readonly vault: Vault; readonly now: number },
): Promise<GrantEvent | undefined> {
  if (!(await isThere(transaction, exchange.grantId))) {
    await assertErased(transaction, exchange.grantId);
    return undefined;
  }
  const exchangeId = await rewriteExchange(transaction, exchange, now);
  const named = { ...exchange, exchangeId };
  if (!(await isUnread(transaction, named))) return undefined;
  await finishExchange(transaction, named, { outcome: answer.kind, detail: answer.detail }, now);
  if (backoff !== undefined) await applyBackoff(transaction, exchange, backoff);
  return keepUnread(transaction, { vault, exchange: named, answer, reader, now });
}

/**
 * Opens a kept answer.
 *
 * @throws IntegrityError
 */
export function openKept(vault: Vault, row: { grant_id: string; nonce: string; answer: Uint8Array }): UnreadContent {
  const text = vault.open(row.answer, place(row.grant_id, row.nonce)).reveal();
  const { exchange, unread } = JSON.parse(text) as Content;
  return { kind: 'opened', exchange, answer: openUnread(unread) };
}

function place(grantId: string, nonce: string) {
  return { grantId, exchangeId: nonce, field: 'unread' } as const;
}

/** Whether nothing better is known of it: an answer may be replayed after it was read. */
async function isUnread(
  transaction: Transaction<Database>,
  { grantId, exchangeId }: Pick<OpenExchange, 'grantId' | 'exchangeId'>,
): Promise<boolean> {
  const { outcome } = await transaction
    .selectFrom('exchanges')
    .select('outcome')
    .where('grant_id', '=', grantId)
    .where('id', '=', exchangeId)
    .executeTakeFirstOrThrow();
  return outcome === null || outcome === 'unknown' || outcome === 'unreadable';
}

interface Keeping {
  readonly vault: Vault;
  /** With its number in this database. */
  readonly exchange: OpenExchange;
  readonly answer: Unreadable;
  readonly reader: string | undefined;
  /** By the database's clock, in epoch milliseconds. */
  readonly now: number;
}

async function keepUnread(
  transaction: Transaction<Database>,
  { vault, exchange, answer, reader, now }: Keeping,
): Promise<GrantEvent | undefined> {
  const { grantId, exchangeId, nonce } = exchange;
  const content: Content = { exchange, unread: sealUnread(answer) };
  const kept = transaction.selectFrom('unread_answers').select('nonce').where('grant_id', '=', grantId);
  if ((await kept.where('nonce', '=', nonce).executeTakeFirst()) !== undefined) return undefined;
  await transaction
    .insertInto('unread_answers')
    .values({
      grant_id: grantId,
      exchange_id: exchangeId,
      nonce,
      kept_at: now,
      answer: vault.seal(new Secret(JSON.stringify(content)), place(grantId, nonce)),
      reader: reader ?? null,
    })
    .execute();
  await sql`delete from unread_answers where grant_id = ${grantId} and exchange_id not in (
    select exchange_id from unread_answers where grant_id = ${grantId} order by exchange_id desc
    limit ${MOST_OF_A_GRANT})`.execute(transaction);
  return recordUnreadable(transaction, { grantId, exchangeId, reason: answer.reason, detail: answer.detail, at: now });
}
