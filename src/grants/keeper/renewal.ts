import type { Applicant, ExchangeResult, Provider } from '../../providers/provider.ts';
import { backoffMs } from '../rules/backoff.ts';
import { SHOWS_CLIENT_ACCEPTED } from '../rules/client-fault.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { satisfies, tolerates, type StandingDemand } from '../rules/demand.ts';
import type { KeeperError } from '../errors.ts';
import {
  accountMismatch,
  answerUnreadable,
  backingOff,
  clientRefused,
  consentRequired,
  emailRequired,
  expiredOnArrival,
  reconnectRequired,
  refused,
  slow,
  throttled,
  tooManyRenewals,
} from '../errors.ts';
import type { GrantEvent } from '../events.ts';
import { toFacts } from './facts.ts';
import type { GrantView } from '../grant.ts';
import { nextStep, recoveryPath, type Facts, type Step } from '../rules/next-step.ts';
import type { Pacer, Turn } from '../pacing/pacer.ts';
import { performExchange, type ExchangeDependencies, type ExchangeRequest } from './perform-exchange.ts';
import { exchangeRequestFor, type ExchangeStep } from './exchange-request.ts';
import { replayRescued } from './rescue.ts';
import type { ChangeWaiter } from './wait-for-change.ts';

/** The target of a renewal: one subject's grant at one provider. */
export interface RenewalTarget {
  readonly provider: Provider;
  readonly subject: string;
  /** Whom to create the account for if there is none yet and a caller asks. */
  readonly applicant: Applicant | undefined;
  /** False if no caller asks: an account that is gone may have been removed on purpose. */
  readonly mayProvision: boolean;
  readonly demand: StandingDemand;
}

/** The result of a renewal: the grant as it is now, and why it was not renewed if it was not. */
export interface RenewalResult {
  readonly view: GrantView;
  readonly failure: KeeperError | undefined;
}

/** The dependencies of a renewal. */
export interface RenewalDependencies extends ExchangeDependencies {
  readonly breaker: CircuitBreaker;
  readonly pacer: Pacer;
  readonly waiting: ChangeWaiter;
  /** True once the process is shutting down: no new work starts. */
  readonly closing: () => boolean;
}

/** The back-off of a grant whose new token had expired on arrival, in milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;
/** More exchanges than any repair needs. A provider that contradicts itself gets a back-off. */
const MOST_EXCHANGES = 6;

/**
 * Takes one step after another until the grant is renewed or nothing more can be done now.
 *
 * @throws {@link KeeperError} `consent_required` if the subject is not connected and only its user can change that
 */
export async function renew(means: RenewalDependencies, target: RenewalTarget): Promise<RenewalResult> {
  let exchanges = 0;
  for (;;) {
    const facts = await read(means, target);
    const { view } = facts;
    const step = nextStep(target.provider, facts, target.demand, means.clock.now());
    if (step.do === 'serve') return { view, failure: undefined };
    if (means.closing()) return { view, failure: slow() };
    // A caller that shares this renewal and may create an account looks again.
    if (step.do === 'provision' && !target.mayProvision) return { view, failure: undefined };
    if (step.do === 'wait') {
      // No process holds an exchange; only a late answer may still arrive. A caller that can do without it need not
      // wait.
      if (!facts.claims.held && tolerates(view, target.demand, means.clock.now())) return { view, failure: slow() };
      await means.waiting.waitForChange(means, view.grantId, facts.claims);
      const found = await satisfying(means, target);
      if (found !== undefined) return { view: found, failure: undefined };
      continue;
    }
    const failure =
      step.do === 'back_off' || step.do === 'give_up'
        ? await giveUp(means, target, view, step)
        : exchanges++ < MOST_EXCHANGES
          ? await exchange(means, target, facts, step)
          : await applyBackoff(means, view);
    if (failure !== undefined) return { view, failure };
    const found = await satisfying(means, target);
    if (found !== undefined) return { view: found, failure: undefined };
  }
}

/**
 * The view if the cheapest read already satisfies the demand, as it usually does after an exchange; undefined if a full
 * read is needed.
 */
async function satisfying(
  { store, clock }: RenewalDependencies,
  { provider, subject, demand }: RenewalTarget,
): Promise<GrantView | undefined> {
  const view = await store.view(provider.realm, subject);
  return view !== undefined && satisfies(view, demand, clock.now()) ? view : undefined;
}

async function read(
  { store }: RenewalDependencies,
  { provider, subject, mayProvision }: RenewalTarget,
): Promise<Facts> {
  for (;;) {
    const found = await store.viewWithStatus(provider.realm, subject);
    if (found !== undefined) return toFacts(store, provider, found);
    // A subject that has left comes back by consent, not because a caller is still waiting for a token.
    if (provider.provision === undefined || !mayProvision) throw consentRequired();
    await store.connect(provider.realm, subject);
  }
}

/** Returns undefined to look again. */
async function giveUp(
  means: RenewalDependencies,
  target: RenewalTarget,
  view: GrantView,
  step: Extract<Step, { do: 'back_off' | 'give_up' }>,
): Promise<KeeperError | undefined> {
  if (step.do === 'back_off') {
    const openForMs = means.breaker.openForMs(target.provider.realm, means.clock.monotonic());
    return openForMs === undefined ? backingOff(view.backoff, means.clock.now()) : clientRefused(openForMs);
  }
  switch (step.because) {
    case 'expired_on_arrival':
      // While the clocks differ, every new token has expired on arrival. Fetching more helps nobody.
      await applyBackoff(means, view, CLOCKS_DIFFER_MS);
      return expiredOnArrival();
    case 'too_many_renewals':
      return tooManyRenewals();
    case 'answer_unreadable':
      return answerUnreadable();
    case 'account_mismatch':
      return accountMismatch();
    case 'reconnect_required':
      return giveUpForGood(means, target, view);
  }
}

async function giveUpForGood(
  { store, observer }: RenewalDependencies,
  { provider, subject }: RenewalTarget,
  { grantId, current }: GrantView,
): Promise<KeeperError | undefined> {
  const event = await store.noteReconnectRequired(grantId, recoveryPath(provider));
  if (event !== undefined) {
    observer.recorded(event);
    return reconnectRequired();
  }
  // Either it was noted before, or an answer that was thought lost has arrived.
  const view = await store.view(provider.realm, subject);
  const isSame = view?.grantId === grantId && view.current?.nonce === current?.nonce;
  return isSame ? reconnectRequired() : undefined;
}

/** Starts a back-off for a grant whose provider answers, but in a way that leads nowhere. */
async function applyBackoff(
  { store, clock, random }: RenewalDependencies,
  view: GrantView,
  leastMs?: number,
): Promise<KeeperError> {
  const failures = (view.backoff?.failures ?? 0) + 1;
  const backoff = {
    failures,
    lastFailure: 'unknown',
    retryAt: clock.now() + backoffMs(failures, leastMs, random),
  } as const;
  await store.applyBackoff(view.grantId, backoff);
  return backingOff(backoff, clock.now());
}

/** Asks the provider. A returned failure ends the renewal; undefined means to look again. */
async function exchange(
  means: RenewalDependencies,
  target: RenewalTarget,
  facts: Facts,
  step: ExchangeStep,
): Promise<KeeperError | undefined> {
  const { store, clock, breaker, pacer } = means;
  const { provider } = target;
  const { view } = facts;
  // They come from a process that died holding an answer that the database had refused. Asking again would present a
  // refresh token that is already consumed.
  if ((await replayRescued(means, view.grantId)) > 0) return undefined;
  const openForMs = breaker.openForMs(provider.realm, clock.monotonic());
  if (openForMs !== undefined) return clientRefused(openForMs);
  const question = await exchangeRequestFor(store, target, view, step);
  if (question === undefined) return emailRequired();
  const turn = await pacer.enter(provider, view.grantId);
  if (turn.kind === 'paused') return throttled(turn.forMs);
  if (turn.kind === 'closing') return slow();
  try {
    return await exchangeInTurn(means, target, facts, { step, question, turn });
  } finally {
    await turn.end();
  }
}

async function exchangeInTurn(
  means: RenewalDependencies,
  { provider, subject }: RenewalTarget,
  { view, claims, isUnread }: Facts,
  { step, question, turn }: { step: ExchangeStep; question: ExchangeRequest; turn: Turn },
): Promise<KeeperError | undefined> {
  const { store, clock, breaker } = means;
  const opened = await store.openExchange({
    grantId: view.grantId,
    // Anything that may end the account's other tokens is a recovery, whatever the provider calls it.
    kind: step.do === 'provision' && provider.provisionsAgain === true ? 'recover' : step.do,
    presented: step.do === 'refresh' ? step.presented : undefined,
    accountId: step.do === 'recover' ? step.accountId : undefined,
    last: claims.last,
    current: view.current,
    isUnread,
    ...(question.kind === 'provision' ? { applicant: question.applicant } : {}),
  });
  if (opened === undefined) return undefined;
  const answered = (answer: ExchangeResult) => {
    turn.answered(answer);
  };
  const ended = (answer: ExchangeResult, event: GrantEvent | undefined) => {
    means.observer.exchanged({
      exchangeId: opened.exchangeId,
      provider: provider.name,
      subject,
      kind: opened.kind,
      outcome: answer.kind,
      detail: 'detail' in answer ? answer.detail : undefined,
      cause: 'cause' in answer ? answer.cause : undefined,
      durationMs: Math.max(0, Math.round(clock.monotonic() - opened.openedTick)),
      event,
    });
  };
  const answer = await performExchange(means, { provider, view, exchange: opened, question, answered, ended });
  const { realm } = provider;
  if (answer.kind !== 'client_refused') {
    if (SHOWS_CLIENT_ACCEPTED.includes(answer.kind)) breaker.accepted(realm);
    return refused(answer);
  }
  const refusal = { grantId: view.grantId, at: clock.monotonic() };
  await breaker.refused(realm, refusal, async () => provider.checkClient?.());
  const openForMs = breaker.openForMs(realm, clock.monotonic());
  // Otherwise only this grant rests, as after any failure.
  return openForMs === undefined ? undefined : clientRefused(openForMs);
}
