import type { Applicant, ExchangeResult, KnownAccount, Obtained, Provider } from '../../providers/provider.ts';
import type { Secret } from '../../secret.ts';
import type { AnswersInHand } from './answers-in-hand.ts';
import { backoffMs } from '../rules/backoff.ts';
import type { Clock, Random } from '../clock.ts';
import { GrantForgottenError } from '../errors.ts';
import type { ExchangeBounds, OpenExchange } from '../exchange.ts';
import type { GrantEvent } from '../events.ts';
import type { Backoff, GrantView, RetriedFailure } from '../grant.ts';
import { recoveryPath } from '../rules/next-step.ts';
import type { GrantObserver } from '../observer.ts';
import type { Rescue } from './rescue.ts';
import { renewalSchedule } from '../rules/renewal-schedule.ts';
import type { Failure, GrantStore } from '../storage/grant-store.ts';
import { untilDeadline } from './until-deadline.ts';
import { withLease } from './with-lease.ts';

/** What an exchange needs of the world. */
export interface ExchangeDependencies {
  readonly store: GrantStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
  /** Where an answer is kept meanwhile that the store refuses. */
  readonly rescue: Rescue;
  /** Answers on their way into the store. */
  readonly inHand: AnswersInHand;
  readonly observer: GrantObserver;
}

/** What is asked upstream, once the exchange is open. */
export type ExchangeRequest =
  | { readonly kind: 'refresh'; readonly refreshToken: Secret }
  | { readonly kind: 'recover'; readonly account: KnownAccount }
  | { readonly kind: 'provision'; readonly applicant: Applicant };

/** Between tries to store an answer, in milliseconds. */
const SAVE_PAUSES = { pauseMs: 250, longestPauseMs: 5_000 };
/** How long storing an answer is tried, in milliseconds: a refusal that is not stored is merely asked for again. */
const SAVE_PATIENCE_MS = { obtained: 600_000, failed: 5_000 };

/** One exchange that is open, and what it is for. */
export interface ExchangeRun {
  readonly provider: Provider;
  readonly view: GrantView;
  readonly exchange: OpenExchange;
  readonly question: ExchangeRequest;
  /** Told of the answer before it is stored. */
  readonly answered: (answer: ExchangeResult) => void;
  /** Told of the answer once it is stored, with the event that was written with it, or once storing it was given up. */
  readonly ended: (answer: ExchangeResult, event: GrantEvent | undefined) => void;
}

/**
 * Asks upstream, keeps the lease meanwhile, and stores what comes of it before any caller hears of it. From here on
 * nobody cancels: a caller may leave, the call goes on.
 *
 * @throws the store's error, where it has refused the answer for longer than patience lasts
 */
export async function performExchange(means: ExchangeDependencies, run: ExchangeRun): Promise<ExchangeResult> {
  const { store } = means;
  // A lost claim harms nobody: the answer is appended all the same.
  return withLease(
    means,
    () => store.renewLease(run.exchange),
    () => askAndSave(means, run),
  );
}

async function askAndSave(means: ExchangeDependencies, run: ExchangeRun): Promise<ExchangeResult> {
  const { clock, bounds } = means;
  try {
    // Whoever was paused between opening and sending must not send: its claim may be another's by now.
    const isStale = openForMs(clock, run.exchange) > bounds.leaseMs / 2;
    const answer = isStale ? PAUSED : whole(await ask(run.provider, run.question), run.question);
    if (answer.kind === 'obtained') means.inHand.hold(run.exchange, answer);
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

/** One clock may have been set back since, the other may have stood still while the machine slept. */
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

/** Whatever becomes of the database, the answer brings along the refresh token that it leaves in force. */
function whole(answer: ExchangeResult, question: ExchangeRequest): ExchangeResult {
  if (answer.kind !== 'obtained' || question.kind !== 'refresh' || answer.tokens.refreshToken !== undefined)
    return answer;
  return { ...answer, presentedRefreshToken: question.refreshToken };
}

function unsupported(kind: string): ExchangeResult {
  return { kind: 'not_sent', detail: `the provider has no ${kind}` };
}

/**
 * A 200 is never dropped because the database is in trouble: it is kept beside the database, and storing it is tried
 * for as long as there is hope. What is left by then is replayed at the next start. Where the database has forgotten the
 * grant there is none, and a person is told.
 */
async function save(
  means: ExchangeDependencies,
  run: ExchangeRun,
  answer: ExchangeResult,
): Promise<GrantEvent | undefined> {
  const { store, rescue, clock, observer } = means;
  const { exchange } = run;
  const patienceMs = SAVE_PATIENCE_MS[answer.kind === 'obtained' ? 'obtained' : 'failed'];
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
      if (answer.kind === 'obtained' && !isKept) isKept = await kept(means, exchange, answer);
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
  answer: Obtained,
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
  const retried = retriedFailure(answer);
  const backoff = retried && nextBackOff(means, view, retried, answer);
  return { answer, recoveryPath: recoveryPath(provider), ...(backoff === undefined ? {} : { backoff }) };
}

function nextBackOff(
  { clock, random }: ExchangeDependencies,
  view: GrantView,
  lastFailure: RetriedFailure,
  answer: ExchangeResult,
): Backoff {
  const failures = (view.backoff?.failures ?? 0) + 1;
  const asked = answer.kind === 'throttled' ? answer.retryAfterMs : undefined;
  return { failures, lastFailure, retryAt: clock.now() + backoffMs(failures, asked, random) };
}

/** Wrong client credentials are no fault of the grant: they open the provider's breaker, not the grant's back-off. */
function retriedFailure(answer: ExchangeResult): RetriedFailure | undefined {
  return answer.kind === 'throttled' || answer.kind === 'unknown' || answer.kind === 'not_sent'
    ? answer.kind
    : undefined;
}
