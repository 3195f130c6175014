import type { Applicant, ExchangeAnswer, Provider } from '../providers/provider.ts';
import type { Breaker } from './breaker.ts';
import type { StandingDemand } from './demand.ts';
import { KeeperError } from './errors.ts';
import type { ExchangeKind } from './exchange.ts';
import type { Claims, GrantView } from './grant.ts';
import { nextStep, type Step } from './next-step.ts';
import { performExchange, type ExchangeMeans, type Question } from './perform-exchange.ts';

/** What a renewal works on: one subject's grant at one provider. */
export interface RenewalTarget {
  readonly provider: Provider;
  readonly subject: string;
  /** Whom to create the account for, where there is none yet and the caller said. */
  readonly applicant: Applicant | undefined;
  readonly demand: StandingDemand;
}

/** Where a renewal came to: the grant as it is now, and why it is not renewed if it isn't. */
export interface RenewalResult {
  readonly view: GrantView;
  readonly failure: KeeperError | undefined;
}

/** What a renewal needs of the world. */
export interface RenewalMeans extends ExchangeMeans {
  readonly breaker: Breaker;
  /** Told of every exchange once it is stored. */
  readonly report: (report: ExchangeReport) => void;
  /** True once the process is leaving: nothing new is begun then. */
  readonly closing: () => boolean;
}

/** One line of the operator's journal. */
export interface ExchangeReport {
  readonly exchangeId: number;
  readonly provider: string;
  readonly subject: string;
  readonly kind: ExchangeKind;
  readonly outcome: ExchangeAnswer['kind'];
  readonly detail: string | undefined;
  readonly cause: unknown;
  readonly durationMs: number;
}

const POLL_MS = { first: 20, longest: 250 };

/** Takes one step after another until the grant is renewed or nothing more can be done now. */
export async function renew(means: RenewalMeans, target: RenewalTarget): Promise<RenewalResult> {
  let pollMs = POLL_MS.first;
  for (;;) {
    const { view, claims } = await read(means, target);
    const step = nextStep(target.provider, view, claims, target.demand, means.clock.now());
    if (step.do === 'serve') return { view, failure: undefined };
    if (step.do === 'wait' && !means.closing()) {
      await means.clock.sleep(pollMs * (0.5 + means.random()));
      pollMs = Math.min(POLL_MS.longest, pollMs * 1.5);
      continue;
    }
    const failure = await take(means, target, view, claims, step);
    if (failure !== undefined) return { view, failure };
  }
}

/** Claims before view: whatever is opened in between is then noticed by the claim that this read leads to. */
async function read(means: RenewalMeans, target: RenewalTarget): Promise<{ view: GrantView; claims: Claims }> {
  const { store } = means;
  const known = await store.view(target.provider.name, target.subject);
  if (known === undefined) {
    await store.connect(target.provider.name, target.subject);
    return read(means, target);
  }
  const claims = await store.claims(known.grantId);
  const view = (await store.view(target.provider.name, target.subject)) ?? known;
  return { view, claims };
}

/** Does what the step says; a failure returned ends the renewal, undefined means: look again. */
async function take(
  means: RenewalMeans,
  target: RenewalTarget,
  view: GrantView,
  claims: Claims,
  step: Step,
): Promise<KeeperError | undefined> {
  if (step.do === 'wait' || means.closing()) return slow();
  if (step.do === 'back_off') return backingOff(view, means.clock.now());
  if (step.do === 'give_up') return givenUp(step.because);
  if (step.do === 'serve') return undefined;
  const openForMs = means.breaker.openForMs(target.provider.name, means.clock.now());
  if (openForMs !== undefined) return clientRefused(openForMs);
  const question = await questionFor(means, target, view, step);
  if (question instanceof KeeperError) return question;
  return exchange(means, target, view, claims, question, step.do === 'refresh' ? step.presented.exchangeId : undefined);
}

async function questionFor(
  means: RenewalMeans,
  target: RenewalTarget,
  view: GrantView,
  step: Extract<Step, { do: ExchangeKind }>,
): Promise<Question | KeeperError> {
  if (step.do === 'recover') return { kind: 'recover', accountId: step.accountId };
  if (step.do === 'refresh') {
    const refreshToken = step.presented.refreshToken();
    return refreshToken === undefined ? givenUp('reconnect_required') : { kind: 'refresh', refreshToken };
  }
  const applicant = (await means.store.standingApplicant(view.grantId)) ?? target.applicant;
  return applicant === undefined ? emailRequired() : { kind: 'provision', applicant };
}

async function exchange(
  means: RenewalMeans,
  target: RenewalTarget,
  view: GrantView,
  claims: Claims,
  question: Question,
  presentedId: number | undefined,
): Promise<KeeperError | undefined> {
  const openedAt = means.clock.now();
  const opened = await means.store.openExchange({
    grantId: view.grantId,
    kind: question.kind,
    presentedId,
    lastExchangeId: claims.lastExchangeId,
    ...(question.kind === 'provision' ? { applicant: question.applicant } : {}),
  });
  if (opened === undefined) return undefined;
  const answer = await performExchange(means, target.provider, view, opened, openedAt, question);
  means.report({
    exchangeId: opened.id,
    provider: target.provider.name,
    subject: target.subject,
    kind: opened.kind,
    outcome: answer.kind,
    detail: answer.kind === 'obtained' || answer.kind === 'account_exists' ? undefined : answer.detail,
    cause: 'cause' in answer ? answer.cause : undefined,
    durationMs: means.clock.now() - openedAt,
  });
  return finalFailure(means, target.provider, answer);
}

/** The failures that end a renewal at once; after every other answer the facts are read again. */
function finalFailure(means: RenewalMeans, provider: Provider, answer: ExchangeAnswer): KeeperError | undefined {
  if (answer.kind === 'client_refused') {
    means.breaker.open(provider.name, means.clock.now());
    return clientRefused(means.breaker.openForMs(provider.name, means.clock.now()));
  }
  if (answer.kind === 'account_taken') {
    return new KeeperError(
      'account_taken',
      'This e-mail already belongs to an account at the provider that is not provably yours. Give another e-mail.',
    );
  }
  if (answer.kind === 'input_refused') {
    const { fields } = answer;
    return new KeeperError('input_refused', 'The provider refused what was given for the new account.', { fields });
  }
  return undefined;
}

function backingOff(view: GrantView, now: number): KeeperError {
  const retryAfterMs = Math.max(0, (view.backOff?.retryAt ?? now) - now);
  return view.backOff?.lastFailure === 'throttled'
    ? new KeeperError('upstream_throttled', 'The provider asks us to slow down. Try again later.', { retryAfterMs })
    : new KeeperError('upstream_unavailable', 'The provider does not answer properly. Try again later.', {
        retryAfterMs,
      });
}

function clientRefused(retryAfterMs: number | undefined): KeeperError {
  return new KeeperError(
    'client_refused',
    "The provider refuses this deployment's client. The operator must check the client id and secret.",
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

function givenUp(because: 'expired_on_arrival' | 'reconnect_required'): KeeperError {
  return because === 'reconnect_required'
    ? new KeeperError('reconnect_required', 'The account must be connected again.')
    : new KeeperError(
        'expired_on_arrival',
        "The provider's new token is expired already. The operator must compare this machine's clock with the provider's.",
        { retryAfterMs: 60_000 },
      );
}

function emailRequired(): KeeperError {
  return new KeeperError('email_required', 'An e-mail is needed to create the account.');
}

/** The answer for whoever has waited long enough while work goes on. */
export function slow(): KeeperError {
  return new KeeperError('upstream_slow', 'The provider is slow to answer; the work goes on. Ask again shortly.', {
    retryAfterMs: 2_000,
  });
}
