import { sql, type Transaction } from 'kysely';
import type { EndReason } from '../grants/credential.ts';
import type { GrantEvent } from '../grants/events.ts';
import type { ExchangeName, OpenExchange, Outcome } from '../grants/exchange.ts';
import type { BackOff } from '../grants/grant.ts';
import type { Failure } from '../grants/store.ts';
import type { AccountProfile, Obtained } from '../providers/provider.ts';
import { appendCredential } from './append-credential.ts';
import { revisitedFrom } from './forgetting/revisits.ts';
import { newestNonce, rewriteExchange, type Rewriting } from './exchange-row.ts';
import { recordGain, recordLoss } from './record-event.ts';
import type { Database } from './schema.ts';
import { endedColumns, supersede } from './supersede.ts';
import type { Vault } from './vault.ts';

/**
 * Appends what an exchange obtained. Nothing here asks who holds the claim by now: a success that is turned away is a
 * token lost. Keyed by the exchange's nonce, so that a replay changes nothing, and nothing is filed under another's.
 *
 * @param obtainedAt epoch milliseconds, by the clock that tokens are judged by
 * @returns the event that this is, the first time
 */
export async function recordObtained(
  transaction: Transaction<Database>,
  vault: Vault,
  exchange: OpenExchange,
  answer: Obtained,
  rewriting: Rewriting,
  obtainedAt: number,
): Promise<GrantEvent | undefined> {
  const { now } = rewriting;
  const { grantId, presented, kind } = exchange;
  const grant = await transaction
    .selectFrom('grants')
    .select('integrated_at')
    .select(
      sql<number | null>`(select e.id from exchanges e where e.grant_id = ${grantId} and e.id = ${exchange.exchangeId}
      and e.nonce = ${exchange.nonce})`.as('number'),
    )
    .where('id', '=', grantId)
    .executeTakeFirst();
  // Disconnected and erased meanwhile: nobody is left to whom the tokens could be of use.
  if (grant === undefined) return undefined;
  const exchangeId = grant.number ?? (await rewriteExchange(transaction, exchange, rewriting));
  const isNew = await appendCredential(transaction, vault, exchange, exchangeId, answer, obtainedAt);
  if (!isNew) return undefined;
  if (presented !== undefined) await endCredential(transaction, grantId, presented, 'exchanged', now);
  if (kind === 'recover' || kind === 'provision') await supersedeOlder(transaction, grantId, exchangeId, now);
  await finishExchange(transaction, { ...exchange, exchangeId }, { outcome: 'obtained', detail: null }, now);
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
      revisit_at: revisitedFrom(now),
    })
    .where('id', '=', grantId)
    .execute();
  return recordGain(transaction, { grantId, exchangeId, kind }, grant.integrated_at !== null, now);
}

/**
 * Finishes an exchange that gave no credential. Only `rejected` ends one, and only the one presented: that a token
 * was refused stays true for ever, whatever else has happened meanwhile.
 *
 * @param times in epoch milliseconds, `tokensAt` by the clock that tokens are judged by; `unresolvedMs`, how long a call
 *   may take effect
 * @returns the event that this is, where it left the grant with nothing
 */
export async function recordFailure(
  transaction: Transaction<Database>,
  exchange: OpenExchange,
  { answer, backOff, wayOut }: Failure,
  { rewriting, tokensAt, unresolvedMs }: { rewriting: Rewriting; tokensAt: number; unresolvedMs: number },
): Promise<GrantEvent | undefined> {
  const { now } = rewriting;
  const detail = answer.kind === 'account_exists' ? `account ${answer.accountId}` : answer.detail;
  const end = { outcome: answer.kind, detail };
  if (!(await finishExchange(transaction, exchange, end, now))) {
    if (!(await isThere(transaction, exchange.grantId))) return undefined;
    const exchangeId = await rewriteExchange(transaction, exchange, rewriting);
    await finishExchange(transaction, { ...exchange, exchangeId }, end, now);
  }
  if (answer.kind === 'rejected' && exchange.presented !== undefined) {
    await endCredential(transaction, exchange.grantId, exchange.presented, 'rejected', now);
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
  return recordLoss(transaction, exchange.grantId, wayOut, { at: now, tokensAt, unresolvedMs });
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
    .where(sql<boolean>`${newestNonce(exchange.grantId)} = ${exchange.nonce}`)
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
  grantId: string,
  { nonce }: ExchangeName,
  reason: EndReason,
  now: number,
): Promise<void> {
  await transaction
    .updateTable('credentials')
    .set(endedColumns(now, reason))
    .where('grant_id', '=', grantId)
    .where('nonce', '=', nonce)
    .where('ended_at', 'is', null)
    .execute();
}

/** A recovery ends all older tokens upstream, a new account leaves them behind. */
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

/** @returns false where the exchange is not in this database under that number */
async function finishExchange(
  transaction: Transaction<Database>,
  { grantId, exchangeId, nonce }: Pick<OpenExchange, 'grantId' | 'exchangeId' | 'nonce'>,
  end: { outcome: Outcome; detail: string | null },
  now: number,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('exchanges')
    .set({
      ...end,
      // Nobody asks any more who holds it, and it is the longest of all columns.
      holder: '',
      outcome_at: now,
      finished_at: sql<number>`coalesce(finished_at, ${now})`,
    })
    .where('grant_id', '=', grantId)
    .where('id', '=', exchangeId)
    .where('nonce', '=', nonce)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

async function isThere(transaction: Transaction<Database>, grantId: string): Promise<boolean> {
  const row = await transaction.selectFrom('grants').select('id').where('id', '=', grantId).executeTakeFirst();
  return row !== undefined;
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
          and nonce <> ${exchange.nonce} and (outcome is null or outcome in ('unknown', 'obtained')))`,
      )
      .execute();
  }
}
