import type { Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import type { GrantEvent } from '../../grants/events.ts';
import type { ExchangeBounds, ExchangeName } from '../../grants/exchange.ts';
import type { ConnectionVerdict, NewConnection, TakenLink } from '../../grants/storage/link-store.ts';
import type { AccountProfile } from '../../providers/provider.ts';
import { connectedTo, connectTo, createGrant, grantOfAccount, markIfOrphaned } from './connection.ts';
import { isConsentBeingRevoked } from './consent-being-revoked.ts';
import { isMistaken } from '../grants/last-event.ts';
import { insertFinished } from '../grants/exchange-row.ts';
import { OvertakenError } from './overtaken.ts';
import { closeAbandonedExchange } from '../grants/orphaned-exchanges.ts';
import { recordObtained } from '../grants/record-outcome.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import type { Vault } from '../vault/vault.ts';

/** How links are stored, from ticket to connection. */
export interface LinkStoreOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  readonly holder: string;
  /** See `StoresOptions`. */
  readonly newGrantId: () => string;
}

/**
 * Connects a subject to the account that its user has consented for. Subjects who link the same account share its
 * grant, because the provider may have given them the same refresh token. Only the grants concerned are locked: the
 * tables' keys ensure that an account has one grant and a subject one connection, and a transaction that loses the race
 * starts over.
 */
export function connectLinked(options: LinkStoreOptions, connection: NewConnection): Promise<ConnectionVerdict> {
  const { database, clock } = options;
  const { link, answer, replace } = connection;
  const account = { realm: link.realm, accountId: answer.profile.accountId };
  return database.transact(async (transaction) => {
    const state = await lockTaken(transaction, link);
    if (state !== 'ours') return state === 'connected' ? { kind: 'connected', events: [] } : { kind: 'busy' };
    const before = await connectedTo(transaction, link);
    const existing = await grantOfAccount(transaction, account);
    const isOther = before !== undefined && before !== existing;
    const present = isOther && !replace ? await toAccount(transaction, before) : undefined;
    if (present !== undefined) return { kind: 'other_account', present: present.profile };
    const grantId = existing ?? (await createGrant(transaction, options.newGrantId(), account, clock.now()));
    await lockInOrder(database, transaction, before === undefined ? [grantId] : [grantId, before]);
    const isAsBefore =
      (await connectedTo(transaction, link)) === before && (await grantOfAccount(transaction, account)) === grantId;
    if (!isAsBefore) throw new OvertakenError('The account or its subject was connected or left meanwhile.');
    await closeAbandonedExchange(transaction, grantId, options.bounds, database.now());
    // Only after the account is locked: anything that revokes its tokens locks it too, and is visible by then.
    const isRevoked = await isConsentBeingRevoked(transaction, account, await database.readTime(transaction));
    if (isRevoked || (await isBeingRevoked(transaction, grantId))) {
      if (existing === undefined) await transaction.deleteFrom('grants').where('id', '=', grantId).execute();
      return { kind: 'busy' };
    }
    if (before !== grantId) await connectTo(transaction, grantId, link, before, clock.now());
    if (isOther) await markIfOrphaned(transaction, before, clock.now());
    const events = await append(options, transaction, grantId, connection);
    // A second completion, because the answer was lost or another request was faster, must learn that the link is done.
    await transaction
      .updateTable('links')
      .set({ step: 'connected', holder: null, lease_until: null, code: null, code_verifier: null, answer: null })
      .where('id', '=', link.id)
      .execute();
    await database.notifyChange(transaction, grantId);
    return { kind: 'connected', events };
  });
}

/** Locks these grants in the order that everything uses that locks several, which prevents deadlocks. */
async function lockInOrder(
  database: SqlDatabase,
  transaction: Transaction<Database>,
  grantIds: readonly string[],
): Promise<void> {
  for (const grantId of [...new Set(grantIds)].sort()) await database.lockGrant(transaction, grantId);
}

/** Who has the link now; the row stays locked until the transaction ends. */
async function lockTaken(
  transaction: Transaction<Database>,
  { id, takenBy }: TakenLink,
): Promise<'ours' | 'connected' | 'taken'> {
  const row = await transaction
    .updateTable('links')
    .set((where) => ({ step: where.ref('step') }))
    .where('id', '=', id)
    .returning(['step', 'holder'])
    .executeTakeFirst();
  if (row?.holder === takenBy) return 'ours';
  return row?.step === 'connected' ? 'connected' : 'taken';
}

/** The consent is an exchange that is finished as soon as it is opened, with its credential. */
async function append(
  { database, vault, clock }: LinkStoreOptions,
  transaction: Transaction<Database>,
  grantId: string,
  { answer, schedule, needsRefreshToken }: Pick<NewConnection, 'answer' | 'schedule' | 'needsRefreshToken'>,
): Promise<GrantEvent[]> {
  const now = await database.readTime(transaction);
  const obtainedAt = clock.now();
  // A provider that doesn't give a refresh token again leaves the first one in force.
  const presented = answer.tokens.refreshToken === undefined ? await currentOf(transaction, grantId) : undefined;
  const { accountId } = answer.profile;
  const present = { now, lineage: database.lineage() };
  const opened = { openedAt: obtainedAt, openedTick: clock.monotonic() };
  const intent = { grantId, kind: 'link', presented, accountId, ...opened } as const;
  const exchange = { ...intent, ...(await insertFinished(transaction, intent, present)) };
  const given = { vault, exchange, answer, schedule, obtainedAt, needsRefreshToken };
  const { event, unrenewable } = await recordObtained(database, transaction, given);
  return [event, unrenewable].filter((each) => each !== undefined);
}

/** What is known of a grant's account; undefined where it has none. */
async function toAccount(
  transaction: Transaction<Database>,
  grantId: string,
): Promise<{ profile: AccountProfile | undefined } | undefined> {
  const { account_id: id, profile } = await transaction
    .selectFrom('grants')
    .select(['account_id', 'profile'])
    .where('id', '=', grantId)
    .executeTakeFirstOrThrow();
  if (id === null || (await isMistaken(transaction, grantId))) return undefined;
  return { profile: profile === null ? undefined : (JSON.parse(profile) as AccountProfile) };
}

async function isBeingRevoked(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('exchanges')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('finished_at', 'is', null)
    .where('kind', '=', 'revoke')
    .executeTakeFirst();
  return row !== undefined;
}

async function currentOf(transaction: Transaction<Database>, grantId: string): Promise<ExchangeName | undefined> {
  return transaction
    .selectFrom('credentials')
    .select(['exchange_id as exchangeId', 'nonce'])
    .where('grant_id', '=', grantId)
    .where('ended_at', 'is', null)
    .orderBy('exchange_id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
