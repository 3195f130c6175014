import { sql, type Transaction } from 'kysely';
import type { EndReason } from '../grants/credential.ts';
import type { GrantEvent } from '../grants/events.ts';
import type { OpenExchange, Outcome } from '../grants/exchange.ts';
import type { BackOff } from '../grants/grant.ts';
import type { Failure } from '../grants/store.ts';
import type { AccountProfile, Obtained } from '../providers/provider.ts';
import { appendCredential } from './append-credential.ts';
import { recordGain, recordLoss } from './record-event.ts';
import type { Database } from './schema.ts';
import { supersede } from './supersede.ts';
import type { Vault } from './vault.ts';

/**
 * Appends what an exchange obtained. Nothing here asks who holds the claim by now: a success that is turned away is a
 * token lost. Keyed by the exchange, so that a replay changes nothing.
 *
 * @param times in epoch milliseconds: `now` by the database's clock, `obtainedAt` by the one that tokens are judged by
 * @returns the event that this is, the first time
 */
export async function recordObtained(
  transaction: Transaction<Database>,
  vault: Vault,
  exchange: OpenExchange,
  answer: Obtained,
  { now, obtainedAt }: { now: number; obtainedAt: number },
): Promise<GrantEvent | undefined> {
  const grant = await transaction
    .selectFrom('grants')
    .select('integrated_at')
    .where('id', '=', exchange.grantId)
    .executeTakeFirst();
  // Disconnected and erased meanwhile: nobody is left to whom the tokens could be of use.
  if (grant === undefined) return undefined;
  const isNew = await appendCredential(transaction, vault, exchange, answer, obtainedAt);
  if (!isNew) return undefined;
  if (exchange.presentedId !== undefined) await endCredential(transaction, exchange.presentedId, 'exchanged', now);
  if (exchange.kind === 'recover' || exchange.kind === 'provision') await supersedeOlder(transaction, exchange, now);
  await finishExchange(transaction, exchange, { outcome: 'obtained', detail: null }, now);
  const account = answer.profile === undefined ? {} : accountColumns(answer.profile, obtainedAt);
  if (answer.profile !== undefined) await takeOver(transaction, exchange, answer.profile.accountId, now);
  await transaction
    .updateTable('grants')
    .set({
      ...account,
      integrated_at: grant.integrated_at ?? obtainedAt,
      failures: 0,
      retry_at: null,
      last_failure: null,
    })
    .where('id', '=', exchange.grantId)
    .execute();
  return recordGain(transaction, exchange, grant.integrated_at !== null, now);
}

/**
 * Finishes an exchange that gave no credential. Only `rejected` ends one, and only the one presented: that a token
 * was refused stays true for ever, whatever else has happened meanwhile.
 *
 * @param times in epoch milliseconds: `now` by the database's clock, `judgedAt` by the one that tokens are judged by;
 *   `unresolvedMs`, how long a call may take effect
 * @returns the event that this is, where it left the grant with nothing
 */
export async function recordFailure(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  { answer, backOff, wayOut }: Failure,
  { now, judgedAt, unresolvedMs }: { now: number; judgedAt: number; unresolvedMs: number },
): Promise<GrantEvent | undefined> {
  const detail = answer.kind === 'account_exists' ? `account ${answer.accountId}` : answer.detail;
  await finishExchange(transaction, exchange, { outcome: answer.kind, detail }, now);
  if (answer.kind === 'rejected' && exchange.presentedId !== undefined) {
    await endCredential(transaction, exchange.presentedId, 'rejected', now);
  }
  if (backOff !== undefined) await holdBack(transaction, exchange, backOff);
  const grant = transaction.updateTable('grants').where('id', '=', exchange.grantId);
  if (answer.kind === 'account_gone') {
    // A late answer speaks of the account that was asked for, which needn't be the grant's by now.
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
  return recordLoss(transaction, exchange.grantId, wayOut, { at: now, judgedAt, unresolvedMs });
}

/**
 * The provider has just said whose account this is. A grant that held the same id had an account that is no more: ids
 * are used again by a provider that was set back. Or it is the same account, which its subject has left and come back to:
 * then the tokens of before must not be revoked any more, for that might end the account's new ones as well.
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

/** Only the newest exchange says how the provider is doing; a late failure would hold back a grant that does well. */
async function holdBack(transaction: Transaction<Database>, exchange: OpenExchange, backOff: BackOff): Promise<void> {
  await transaction
    .updateTable('grants')
    .set(backOffColumns(backOff))
    .where('id', '=', exchange.grantId)
    .where(sql<boolean>`(select max(id) from exchanges where grant_id = ${exchange.grantId}) = ${exchange.id}`)
    .execute();
}

/** A back-off as the grant's row holds it. */
export function backOffColumns({ failures, retryAt, lastFailure }: BackOff) {
  return { failures, retry_at: retryAt, last_failure: lastFailure };
}

function accountColumns(profile: AccountProfile, now: number) {
  return { account_id: profile.accountId, profile: JSON.stringify(profile), profile_at: now };
}

async function endCredential(
  transaction: Transaction<Database>,
  exchangeId: number,
  reason: EndReason,
  now: number,
): Promise<void> {
  await transaction
    .updateTable('credentials')
    .set({ ended_at: now, end_reason: reason })
    .where('exchange_id', '=', exchangeId)
    .where('ended_at', 'is', null)
    .execute();
}

/** A recovery ends all older tokens upstream, a new account leaves them behind. */
async function supersedeOlder(transaction: Transaction<Database>, exchange: OpenExchange, now: number): Promise<void> {
  await transaction
    .updateTable('credentials')
    .set({ ended_at: now, end_reason: 'superseded' })
    .where('grant_id', '=', exchange.grantId)
    .where('exchange_id', '<', exchange.id)
    .where('ended_at', 'is', null)
    .execute();
}

async function finishExchange(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  end: { outcome: Outcome; detail: string | null },
  now: number,
): Promise<void> {
  await transaction
    .updateTable('exchanges')
    .set({ ...end, outcome_at: now, finished_at: sql<number>`coalesce(finished_at, ${now})` })
    .where('id', '=', exchange.id)
    .execute();
}

/**
 * Forgets whom an account was applied for, once it is certain that this created none: the provider refused, or never
 * heard of any attempt.
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
          and id <> ${exchange.id} and (outcome is null or outcome in ('unknown', 'obtained')))`,
      )
      .execute();
  }
}
