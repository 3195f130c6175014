import type { Applicant, ExchangeResult, KnownAccount, Obtained, Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { AnswersInHand } from './answers-in-hand.ts';
import { backoffMs } from '../rules/backoff.ts';
import type { Clock, Random } from '../clock.ts';
import { GrantForgottenError } from '../errors.ts';
import type { ExchangeBounds, OpenExchange } from '../exchange.ts';
import type { GrantEvent } from '../events.ts';
import type { Backoff, GrantView, RetriedFailure } from '../grant.ts';
import { recoveryPath, renewsUnread } from '../rules/next-step.ts';
import type { GrantObserver } from '../observer.ts';
import { isInHand, type AnswerInHand, type Rescue } from './rescue.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import type { Failure, GrantStore } from '../storage/grant-store.ts';
import { untilDeadline } from './until-deadline.ts';
import { withLease } from './with-lease.ts';

/** The dependencies of an exchange. */
export interface ExchangeDependencies {
  readonly store: GrantStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  /** Where an answer is kept while the store refuses it. */
  readonly rescue: Rescue;
  /** Answers that the store has not taken yet. */
  readonly inHand: AnswersInHand;
  readonly observer: GrantObserver;
}

/** What to ask the provider once the exchange is open. */
export type ExchangeRequest =
  | { readonly kind: 'refresh'; readonly refreshToken: Secret }
  | { readonly kind: 'recover'; readonly account: KnownAccount }
  | { readonly kind: 'provision'; readonly applicant: Applicant };

/** The pauses between attempts to store an answer, in milliseconds. */
const SAVE_PAUSES = { pauseMs: 250, longestPauseMs: 5_000 };
/**
 * How long to keep trying to store an answer, in milliseconds. A refusal that is not stored is merely asked for again.
 */
const SAVE_PATIENCE_MS = { inHand: 600_000, failed: 5_000 };

/** An open exchange and its purpose. */
export interface ExchangeRun {
  readonly provider: Provider;
  readonly view: GrantView;
  readonly exchange: OpenExchange;
  readonly question: ExchangeRequest;
  /** Called with the answer before it is stored. */
  readonly answered: (answer: ExchangeResult) => void;
  /** Called with the answer and the event written with it once it is stored, or once storing it has been given up. */
  readonly ended: (answer: ExchangeResult, event: GrantEvent | undefined) => void;
}

/**
 * Asks the provider, keeps the lease during the call, and stores the answer before any caller sees it. It cannot be
 * cancelled: a caller may leave, the call continues.
 *
 * @throws the store's error if the store keeps refusing the answer until patience runs out
 */
export async function performExchange(means: ExchangeDependencies, run: ExchangeRun): Promise<ExchangeResult> {
  const { store } = means;
  // Losing the lease does no harm: the answer is appended all the same.
  return withLease(
    means,
    () => store.renewLease(run.exchange),
    () => askAndSave(means, run),
  );
}

async function askAndSave(means: ExchangeDependencies, run: ExchangeRun): Promise<ExchangeResult> {
  const { clock, bounds } = means;
  try {
    // A process that was paused between opening and sending must not send: another may hold the lease by now.
    const isStale = openForMs(clock, run.exchange) > bounds.leaseMs / 2;
    const answer = isStale ? PAUSED : whole(await ask(run.provider, run.question), run.question);
    if (isInHand(answer)) means.inHand.hold(run.exchange, answer);
    run.answered(answer);
    let event: GrantEvent | undefined;
    try {
      event = await save(means, run, answer);
    } finally {
      run.ended(answer, event);
    }
    return answer;
  } finally {
    means.inHand.letGo(run.exchange);
  }
}

/**
 * How long an exchange has been open, in milliseconds. Takes the larger of two measurements: one clock may have been
 * set back, and the other may have stopped while the machine slept.
 */
export function openForMs(clock: Clock, { openedAt, openedTick }: OpenExchange): number {
  return Math.max(clock.now() - openedAt, clock.monotonic() - openedTick);
}

const PAUSED: ExchangeResult = { kind: 'not_sent', detail: 'this process was paused before sending' };

async function ask(provider: Provider, question: ExchangeRequest): Promise<ExchangeResult> {
  try {
    switch (question.kind) {
      case 'refresh':
        return await provider.refresh(question.refreshToken);
      case 'recover':
        return (await provider.recover?.(question.account)) ?? unsupported(question.kind);
      case 'provision':
        return (await provider.provision?.(question.applicant)) ?? unsupported(question.kind);
    }
  } catch (cause) {
    return { kind: 'unknown', detail: 'the provider definition failed', cause };
  }
}

/**
 * Adds the presented refresh token to an answer that leaves it in force, so that the answer is complete even if the
 * database is lost.
 */
function whole(answer: ExchangeResult, question: ExchangeRequest): ExchangeResult {
  if (!isInHand(answer) || question.kind !== 'refresh') return answer;
  if (answer.kind === 'obtained' && answer.tokens.refreshToken !== undefined) return answer;
  return { ...answer, presentedRefreshToken: question.refreshToken };
}

function unsupported(kind: string): ExchangeResult {
  return { kind: 'not_sent', detail: `the provider has no ${kind}` };
}

/**
 * Stores an answer. A 200 is never dropped because of database trouble: it is saved outside the database, and storing
 * it is retried until patience runs out. Anything left after that is replayed at the next start. If the database has
 * lost the grant, retrying is pointless, so the answer is set aside for a person.
 */
async function save(
  means: ExchangeDependencies,
  run: ExchangeRun,
  answer: ExchangeResult,
): Promise<GrantEvent | undefined> {
  const { store, rescue, clock, observer } = means;
  const { exchange } = run;
  const patienceMs = SAVE_PATIENCE_MS[isInHand(answer) ? 'inHand' : 'failed'];
  let isKept = false;
  const attempt = async (): Promise<GrantEvent | undefined> => {
    try {
      const event = await (answer.kind === 'obtained'
        ? store.finishObtained(exchange, answer, renewalSchedule(exchange.nonce, clock.now(), answer.tokens))
        : store.finishFailed(exchange, failure(means, run, answer)));
      if (isKept) await rescue.drop(exchange);
      return event;
    } catch (cause) {
      observer.failed(
        `exchange ${exchange.exchangeId} of grant ${exchange.grantId} (${answer.kind}) could not be stored`,
        cause,
      );
      if (isInHand(answer) && !isKept) isKept = await kept(means, exchange, answer);
      if (cause instanceof GrantForgottenError) {
        await rescue.setAside(exchange, cause);
        return undefined;
      }
      throw cause;
    }
  };
  return untilDeadline(attempt, { clock, patienceMs, ...SAVE_PAUSES });
}

async function kept(
  { rescue, observer }: ExchangeDependencies,
  exchange: OpenExchange,
  answer: AnswerInHand,
): Promise<boolean> {
  try {
    await rescue.keep(exchange, answer);
    return true;
  } catch (cause) {
    observer.failed(
      `exchange ${exchange.exchangeId} of grant ${exchange.grantId} could not be kept beside the database either`,
      cause,
    );
    return false;
  }
}

function failure(
  means: ExchangeDependencies,
  { provider, view }: ExchangeRun,
  answer: Exclude<ExchangeResult, Obtained>,
): Failure {
  const retried = retriedFailure(provider, answer);
  const backoff = retried && nextBackOff(means, view, retried, answer);
  const reader = provider.reader?.fingerprint;
  return { answer, recoveryPath: recoveryPath(provider), reader, ...(backoff === undefined ? {} : { backoff }) };
}

function nextBackOff(
  { clock, random }: ExchangeDependencies,
  view: GrantView,
  lastFailure: RetriedFailure,
  answer: ExchangeResult,
): Backoff {
  const failures = (view.backoff?.failures ?? 0) + 1;
  const asked = 'retryAfterMs' in answer ? answer.retryAfterMs : undefined;
  return { failures, lastFailure, retryAt: clock.now() + backoffMs(failures, asked, random) };
}

function retriedFailure(provider: Provider, answer: ExchangeResult): RetriedFailure | undefined {
  const { kind } = answer;
  // Where nothing is asked until it is read, there is nothing to hold back.
  if (kind === 'unreadable') return renewsUnread(provider) ? 'unknown' : undefined;
  if (kind === 'unknown') return answer.retryAfterMs === undefined ? 'unknown' : 'unavailable';
  return kind === 'throttled' || kind === 'not_sent' || kind === 'client_refused' ? kind : undefined;
}
