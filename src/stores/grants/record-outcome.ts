import { sql, type Transaction } from 'kysely';
import type { GrantEvent } from '../../grants/events.ts';
import type { OpenExchange, Outcome } from '../../grants/exchange.ts';
import type { Schedule } from '../../grants/rules/renewal-schedule.ts';
import type { Failure } from '../../grants/storage/grant-store.ts';
import type { AccountProfile, Obtained } from '../../providers/provider.ts';
import { appending, providerDataOf, refreshTokenOf } from './append-credential.ts';
import { applyBackoff } from './apply-backoff.ts';
import { assertErased, finishExchange, isThere, NOBODY, rewriteExchange, type Present } from './exchange-row.ts';
import { lockForObtained } from './obtained-facts.ts';
import { recordGain, recordLoss, recordUnrenewable } from './record-event.ts';
import { recordUnread } from './record-unread.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { EMPTIED, endCredential, endedColumns, supersede } from './supersede.ts';
import { send } from '../database/together.ts';
import { whatFollows } from './consequences.ts';
import type { Vault } from '../vault/vault.ts';

/** What an exchange obtained, and what is needed to write it. */
export interface Recording {
  readonly vault: Vault;
  readonly exchange: OpenExchange;
  readonly answer: Obtained;
  readonly schedule: Schedule;
  /** Epoch milliseconds, by the clock that judges tokens. */
  readonly obtainedAt: number;
  /** True if nothing but a refresh token, and the user, can give another credential. */
  readonly needsRefreshToken?: boolean;
}

/** The result of recording an answer. */
export interface Recorded {
  /** The event that it causes, the first time. */
  readonly event: GrantEvent | undefined;
  /** The event that nothing can renew the credential, if that is so. */
  readonly unrenewable?: GrantEvent | undefined;
  /** Whether somebody in another process waits for it; to be awaited after the transaction. */
  readonly awaited: Promise<boolean>;
}

const NOT_AWAITED = Promise.resolve(false);
const FINISH = `
  update exchanges set outcome = 'obtained', detail = null, holder = '${NOBODY}',
    outcome_at = case when outcome = 'unreadable' then outcome_at else $1 end,
    finished_at = coalesce(finished_at, $1)
  where grant_id = $2 and id = $3 and nonce = $4 returning awaited`;
const END_EXCHANGED = `
  update credentials set ended_at = $1, end_reason = 'exchanged', access_token = $4, realm = null, renew_at = null
  where grant_id = $2 and nonce = $3 and ended_at is null`;
// Forgetting looks again, from now on, at what it kept for lack of a credential.
const SETTLE = `
  update grants set integrated_at = coalesce(integrated_at, $1), failures = 0, retry_at = null, last_failure = null,
    revisit_at = case when revisit_at is null then null else cast($3 as bigint) end
  where id = $2`;

/**
 * Locks the grant and appends what an exchange obtained. It doesn't check who holds the exchange by now: a success that
 * is turned away is a lost token. It is keyed by the exchange's nonce, so a replay changes nothing, and nothing is
 * stored under another exchange.
 *
 * @throws GrantForgottenError where the grant is gone although nobody has left it
 */
export async function recordObtained(
  database: SqlDatabase,
  transaction: Transaction<Database>,
  { vault, exchange, answer, schedule, obtainedAt, needsRefreshToken = false }: Recording,
): Promise<Recorded> {
  const { grantId, presented, nonce } = exchange;
  const { refreshToken, providerData: said } = answer.tokens;
  const kept = refreshToken === undefined || said !== undefined ? presented : undefined;
  let facts = await lockForObtained(database, transaction, exchange, kept);
  if (facts === undefined) {
    await assertErased(transaction, grantId);
    return { event: undefined, awaited: NOT_AWAITED };
  }
  if (facts.number === null) {
    const exchangeId = await rewriteExchange(transaction, exchange, facts.now);
    facts = await lockForObtained(database, transaction, { ...exchange, exchangeId }, kept);
  }
  if (facts?.number == null) throw new Error(`Exchange ${nonce} of grant ${grantId} was not written.`);
  if (facts.appended === 1) return { event: undefined, awaited: NOT_AWAITED };
  const { now, number: exchangeId } = facts;
  const { ends, supersedes, settles, event } = whatFollows(exchange, facts);
  const named = { grantId, exchangeId, nonce, presented };
  const refresh = await refreshTokenOf(transaction, vault, named, answer, facts);
  const isUnrenewable = needsRefreshToken && refresh === undefined;
  // A new consent keeps nothing of what the one before said.
  const providerData = providerDataOf(vault, named, answer, exchange.kind === 'link' ? { kept_data: null } : facts);
  const credential = { ...facts, obtainedAt, refresh, providerData, schedule, isUnrenewable };
  const { answers } = await send(transaction, [
    database.hot(...appending(vault, named, answer, credential)),
    ...(ends === undefined ? [] : [database.hot(END_EXCHANGED, [now, grantId, ends.nonce, EMPTIED])]),
    database.hot(FINISH, [now, grantId, exchangeId, nonce]),
    ...(settles ? [database.hot(SETTLE, [obtainedAt, grantId, now])] : []),
  ]);
  if (supersedes) await supersedeOlder(transaction, grantId, exchangeId, now);
  if (answer.profile !== undefined) {
    await takeOver(transaction, exchange, answer.profile.accountId, now);
    const grant = transaction.updateTable('grants').where('id', '=', grantId);
    await grant.set(accountColumns(answer.profile, obtainedAt)).execute();
  }
  const told = event && (await recordGain(transaction, { type: event, grantId, exchangeId, at: now }));
  const unrenewable = isUnrenewable
    ? await recordUnrenewable(transaction, { grantId, exchangeId, at: now })
    : undefined;
  const finished = ends === undefined ? 1 : 2;
  const awaited = answers.then((all) => (all[finished]?.rows[0] as { awaited?: number } | undefined)?.awaited === 1);
  awaited.catch(() => undefined);
  return { event: told, unrenewable, awaited };
}

/** What else a failure is recorded with. */
export interface FailureSurroundings {
  readonly vault: Vault;
  readonly present: Present;
  /** By the clock that judges tokens, in epoch milliseconds. */
  readonly tokensAt: number;
  /** How long a call may take effect, in milliseconds. */
  readonly unresolvedMs: number;
}

/**
 * Finishes an exchange that gave no credential. Only `rejected` ends a credential, and only the presented one: a
 * refusal stays true whatever else has happened since.
 *
 * @returns the event that it causes, where it left the grant with nothing, or its answer can't be read
 * @throws GrantForgottenError where an answer can't be read, and the grant is gone although nobody has left it
 */
export async function recordFailure(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  failure: Failure,
  { vault, present, tokensAt, unresolvedMs }: FailureSurroundings,
): Promise<GrantEvent | undefined> {
  const { answer, backoff, recoveryPath } = failure;
  const { now, lineage } = present;
  if (answer.kind === 'unreadable') return recordUnread(transaction, exchange, { ...failure, answer }, { vault, now });
  const detail = answer.kind === 'account_exists' ? `account ${answer.accountId}` : answer.detail;
  // A refusal reflects what the database knows now, and not what it knew when the exchange was opened.
  const end = { outcome: answer.kind, detail, ...(answer.kind === 'rejected' ? { lineage } : {}) };
  if (!(await finishExchange(transaction, exchange, end, now))) {
    if (!(await isThere(transaction, exchange.grantId))) return undefined;
    const exchangeId = await rewriteExchange(transaction, exchange, now);
    await finishExchange(transaction, { ...exchange, exchangeId }, end, now);
  }
  if (answer.kind === 'rejected' && exchange.presented !== undefined) {
    await endCredential(transaction, exchange.grantId, exchange.presented, { now, reason: 'rejected' });
  }
  if (backoff !== undefined) await applyBackoff(transaction, exchange, backoff);
  const grant = transaction.updateTable('grants').where('id', '=', exchange.grantId);
  if (answer.kind === 'account_gone') {
    // A late answer is about the account that was asked for, which may not be the grant's any more.
    await grant
      .set({ account_id: null })
      .where('account_id', '=', exchange.accountId ?? '')
      .execute();
  }
  if (answer.kind === 'account_exists') {
    await takeOver(transaction, exchange, answer.accountId, now);
    await grant.set(accountColumns(answer.profile, now)).execute();
  }
  if (exchange.kind === 'provision') await dropRefusedApplicant(transaction, exchange, answer.kind);
  if (answer.kind !== 'rejected') return undefined;
  return recordLoss(transaction, exchange.grantId, recoveryPath, { at: now, tokensAt, unresolvedMs });
}

/**
 * Takes the account from any other grant, because the provider has just said whose it is. Another grant with the same
 * id had an account that no longer exists: a provider that was reset reuses ids. Or it is the same account, which its
 * subject has left and returned to: then its earlier tokens must not be revoked any more, because that might end the
 * account's new ones too.
 */
async function takeOver(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  accountId: string,
  now: number,
): Promise<void> {
  const others = await transaction
    .updateTable('grants')
    .set({ account_id: null })
    .where('account_id', '=', accountId)
    .where('id', '<>', exchange.grantId)
    .where('realm', '=', transaction.selectFrom('grants').select('realm').where('id', '=', exchange.grantId))
    .returning(['id', 'left_at'])
    .execute();
  const left = others.filter(({ left_at: leftAt }) => leftAt !== null).map(({ id }) => id);
  await supersede(transaction, left, now);
}

function accountColumns(profile: AccountProfile, now: number) {
  return { account_id: profile.accountId, profile: JSON.stringify(profile), profile_at: now };
}

/** A recovery ends all older tokens upstream; a new account leaves them behind. */
async function supersedeOlder(
  transaction: Transaction<Database>,
  grantId: string,
  exchangeId: number,
  now: number,
): Promise<void> {
  await transaction
    .updateTable('credentials')
    .set(endedColumns(now, 'superseded'))
    .where('grant_id', '=', grantId)
    .where('exchange_id', '<', exchangeId)
    .where('ended_at', 'is', null)
    .execute();
}

/**
 * Forgets the person for whom an account was applied for, once it is certain that no account was created: the provider
 * refused, or never received any attempt.
 */
async function dropRefusedApplicant(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  outcome: Outcome,
): Promise<void> {
  const forget = transaction.updateTable('grants').set({ applicant: null }).where('id', '=', exchange.grantId);
  if (outcome === 'account_taken' || outcome === 'input_refused') await forget.execute();
  if (outcome === 'not_sent' || outcome === 'throttled' || outcome === 'client_refused') {
    await forget
      .where(
        sql<boolean>`not exists (select 1 from exchanges where grant_id = ${exchange.grantId} and kind = 'provision'
          and nonce <> ${exchange.nonce} and (outcome is null or outcome in ('unknown', 'unreadable', 'obtained')))`,
      )
      .execute();
  }
}
