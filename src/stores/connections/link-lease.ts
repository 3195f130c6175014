import { createHash, randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { TakenLink } from '../../grants/storage/link-store.ts';
import { Secret } from '../../secret.ts';
import { AHEAD_MS } from '../database/clock-set-back.ts';
import type { LinkStoreOptions } from './connect-linked.ts';
import { isDead } from '../database/holder.ts';
import { openAnswer, type SealedAnswer } from '../vault/sealed-answer.ts';
import type { Database } from '../database/schema.ts';
import { LINK_COLUMNS, type LinkRow } from './tickets.ts';
import type { SealContext } from '../vault/vault.ts';

/**
 * Whether somebody holds this link: its lease has not run out, and its holder is not known to be dead. Shortens a lease
 * that a clock since set back has made longer than any other.
 */
export async function isHeld(
  transaction: Transaction<Database>,
  { database, bounds }: LinkStoreOptions,
  { id, holder, lease_until: leaseUntil }: LinkRow,
): Promise<boolean> {
  if (holder === null || leaseUntil === null || isDead(holder)) return false;
  const now = await database.readTime(transaction);
  if (leaseUntil > now + bounds.leaseMs + AHEAD_MS) {
    const lease_until = now + bounds.leaseMs;
    await transaction
      .updateTable('links')
      .set({ lease_until })
      .where('id', '=', id)
      .where('lease_until', '=', leaseUntil)
      .execute();
  }
  return leaseUntil > now;
}

/** Takes the link for one of several contenders: it succeeds only if the row is still as it was read. */
export async function claimLink(
  transaction: Transaction<Database>,
  { database, bounds, holder, vault }: LinkStoreOptions,
  row: LinkRow,
  step: 'taken' | 'revoking',
): Promise<TakenLink | undefined> {
  const takenBy = `${holder}.${randomUUID()}`;
  const claimed = await transaction
    .updateTable('links')
    .set({ step, holder: takenBy, lease_until: sql<number>`${database.now()} + ${bounds.leaseMs}` })
    .where('id', '=', row.id)
    .where('step', '=', row.step)
    .where('holder', row.holder === null ? 'is' : '=', row.holder)
    .where('lease_until', row.lease_until === null ? 'is' : '=', row.lease_until)
    .returning(LINK_COLUMNS)
    .executeTakeFirst();
  if (claimed === undefined) return undefined;
  const open = (sealed: Uint8Array | null, field: SealContext['field']) =>
    sealed === null ? undefined : vault.open(sealed, linkPlace(row.id, field));
  const answer = open(claimed.answer, 'answer');
  return {
    id: claimed.id,
    realm: claimed.realm,
    subject: claimed.subject,
    returnTo: claimed.return_to,
    takenBy,
    code: open(claimed.code, 'code') ?? new Secret(''),
    codeVerifier: open(claimed.code_verifier, 'code_verifier'),
    answer: answer && openAnswer(JSON.parse(answer.reveal()) as SealedAnswer),
  };
}

/** These secrets are unguessable, so storing a bare hash of them is enough. */
export function wordHash(word: Secret): Uint8Array {
  return createHash('sha256').update(word.reveal()).digest();
}

/** Where a sealed value of a link is stored. */
export function linkPlace(linkId: string, field: SealContext['field']): SealContext {
  return { grantId: linkId, exchangeId: 0, field };
}
