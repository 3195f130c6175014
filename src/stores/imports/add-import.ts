import { sql, type Transaction } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import { unresolvedMs, type ExchangeBounds } from '../../grants/exchange.ts';
import type { ImportVerdict } from '../../grants/storage/import-store.ts';
import { connectedTo, connectTo, createGrant, grantOfAccount } from '../connections/connection.ts';
import { insertFinished } from '../grants/exchange-row.ts';
import { settleAccount } from './import-account.ts';
import { hasFingerprint, isRefusedWithNothingLeft, type FingerprintedImport } from './import-fingerprints.ts';
import { importedTokens } from './import-tokens.ts';
import { closeAbandonedExchange } from '../grants/orphaned-exchanges.ts';
import { recordObtained } from '../grants/record-outcome.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import type { Vault } from '../vault/vault.ts';

/** Configures {@link addImport}. */
export interface AddImportOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /** See `StoresOptions`. */
  readonly newGrantId: () => string;
}

/**
 * Grants that others have locked, of one transaction. Once a grant is held, nothing more is added to it, so that its
 * imports stay in order.
 */
export type HeldGrants = Set<string>;

/** What was read for an import before its grant was locked. */
interface Found {
  readonly grantId: string;
  /** The grant that the subject is connected to. */
  readonly connected: string | undefined;
}

/**
 * Adds one import to the grant of its subject or its account, or to a new one. It doesn't wait for a grant that
 * somebody has locked.
 *
 * @returns the verdict; `held` where somebody has locked the grant
 */
export async function addImport(
  transaction: Transaction<Database>,
  options: AddImportOptions,
  each: FingerprintedImport,
  held: HeldGrants,
): Promise<ImportVerdict | 'held'> {
  const { database, clock, newGrantId } = options;
  const { grant } = each;
  const connected = await connectedTo(transaction, grant);
  const existing = connected ?? (await grantOfAccount(transaction, grant));
  if (existing !== undefined && (held.has(existing) || !(await database.lockFreeGrant(transaction, existing)))) {
    held.add(existing);
    return 'held';
  }
  const grantId = existing ?? (await createGrant(transaction, newGrantId(), grant, clock.now()));
  const now = await database.readTime(transaction);
  const state =
    existing === undefined ? 'new' : await judge(transaction, options, { ...each, grantId, connected }, now);
  if (state !== 'new' && state !== 'known') return state;
  if (connected === undefined) await connectTo(transaction, grantId, grant, undefined, clock.now());
  if (state === 'new') await append(transaction, options, grantId, each, now);
  await database.notifyChange(transaction, grantId);
  return 'imported';
}

/**
 * Judges an import into an existing, locked grant. Where the import may proceed, `new` or `known` says whether its
 * tokens are.
 */
async function judge(
  transaction: Transaction<Database>,
  { database, bounds, vault }: AddImportOptions,
  { grant, marks, grantId, connected }: FingerprintedImport & Found,
  now: number,
): Promise<ImportVerdict | 'new' | 'known'> {
  if ((await connectedTo(transaction, grant)) !== connected) return 'busy';
  if (connected === undefined) {
    if ((await grantOfAccount(transaction, grant)) !== grantId) return 'busy';
    if (grant.isOneSubjects === true && (await isTaken(transaction, grantId))) return 'account_elsewhere';
  }
  const isKnown =
    (await hasFingerprint(transaction, grantId, marks)) &&
    !(await isRefusedWithNothingLeft(transaction, vault, grantId, grant));
  if (isKnown && connected !== undefined) return 'already_there';
  if (!isKnown) {
    await closeAbandonedExchange(transaction, grantId, bounds, database.now());
    // An exchange that is open now may end all other tokens, or bring another account.
    if (await isAsked(transaction, grantId, unresolvedMs(bounds), now)) return 'busy';
  }
  const refusal = await settleAccount(transaction, grantId, grant);
  return refusal ?? (isKnown ? 'known' : 'new');
}

async function isAsked(
  transaction: Transaction<Database>,
  grantId: string,
  mayTakeEffectMs: number,
  now: number,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('exchanges')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('outcome', 'is', null)
    .where(
      sql<boolean>`(finished_at is null or (kind in ('provision', 'recover') and opened_at + ${mayTakeEffectMs} > ${now}))`,
    )
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function isTaken(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  const query = transaction.selectFrom('connections').select('subject').where('grant_id', '=', grantId).limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}

async function append(
  transaction: Transaction<Database>,
  { database, vault, clock }: AddImportOptions,
  grantId: string,
  { grant, marks }: FingerprintedImport,
  now: number,
): Promise<void> {
  const obtainedAt = clock.now();
  const present = { now, lineage: database.lineage() };
  const { accountId } = grant;
  const opened = { openedAt: obtainedAt, openedTick: clock.monotonic() };
  const intent = { grantId, kind: 'import', presented: undefined, accountId, ...opened } as const;
  const name = await insertFinished(transaction, intent, present);
  const answer = { kind: 'obtained', tokens: importedTokens(grant, obtainedAt) } as const;
  const exchange = { ...intent, ...name };
  const { schedule, needsRefreshToken = false } = grant;
  const given = { vault, exchange, answer, schedule, obtainedAt, needsRefreshToken };
  await recordObtained(database, transaction, given);
  // What was known of the account says nothing about these tokens.
  await transaction.updateTable('grants').set({ profile_at: null }).where('id', '=', grantId).execute();
  await transaction
    .updateTable('exchanges')
    .set({ detail: marks[0] ?? '' })
    .where('grant_id', '=', grantId)
    .where('id', '=', name.exchangeId)
    .execute();
}
