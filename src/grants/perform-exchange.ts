import type { Applicant, ExchangeAnswer, Obtained, Provider } from '../providers/provider.ts';
import type { Secret } from '../secret.ts';
import { backOffMs } from './back-off.ts';
import type { Clock, Random } from './clock.ts';
import type { ExchangeBounds, OpenExchange } from './exchange.ts';
import type { BackOff, GrantView, RetriedFailure } from './grant.ts';
import type { GrantStore } from './store.ts';

/** What an exchange needs of the world. */
export interface ExchangeMeans {
  readonly store: GrantStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly bounds: ExchangeBounds;
}

/** What is asked upstream, once the exchange is open. */
export type Question =
  | { readonly kind: 'refresh'; readonly refreshToken: Secret }
  | { readonly kind: 'recover'; readonly accountId: string }
  | { readonly kind: 'provision'; readonly applicant: Applicant };

const SAVE_ATTEMPTS = 6;
const SAVE_RETRY_MS = 500;

/**
 * Asks upstream under an exchange that is open, keeps its lease meanwhile, and stores what comes of it before anybody
 * hears of it. From here on nobody cancels: a caller may leave, the call goes on.
 */
export async function performExchange(
  means: ExchangeMeans,
  provider: Provider,
  view: GrantView,
  exchange: OpenExchange,
  openedAt: number,
  question: Question,
): Promise<ExchangeAnswer> {
  const { store, clock, bounds } = means;
  const stopRenewing = clock.every(bounds.renewMs, () => {
    // A renewal that fails costs the claim at worst, and a lost claim harms nobody: the answer is appended all the same.
    store.renewLease(exchange).catch(() => undefined);
  });
  try {
    // Whoever was paused between opening and sending must not send: its claim may be another's by now.
    const stale = clock.now() - openedAt > bounds.leaseMs / 2;
    const answer = stale
      ? ({ kind: 'not_sent', detail: 'this process was paused before sending' } as const)
      : await ask(provider, question);
    await save(means, view, exchange, answer);
    return answer;
  } finally {
    stopRenewing();
  }
}

async function ask(provider: Provider, question: Question): Promise<ExchangeAnswer> {
  try {
    switch (question.kind) {
      case 'refresh':
        return await provider.refresh(question.refreshToken);
      case 'recover':
        return (await provider.recover?.(question.accountId)) ?? unsupported(question.kind);
      case 'provision':
        return (await provider.provision?.(question.applicant)) ?? unsupported(question.kind);
    }
  } catch (cause) {
    return { kind: 'unknown', detail: 'the provider definition failed', cause };
  }
}

function unsupported(kind: string): ExchangeAnswer {
  return { kind: 'not_sent', detail: `the provider has no ${kind}` };
}

/** A 200 is never dropped because the database was busy: saving it is tried again before giving up. */
async function save(
  means: ExchangeMeans,
  view: GrantView,
  exchange: OpenExchange,
  answer: ExchangeAnswer,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await (answer.kind === 'obtained'
        ? means.store.finishObtained(exchange, answer)
        : means.store.finishFailed(exchange, failure(means, view, answer)));
      return;
    } catch (cause) {
      if (attempt === SAVE_ATTEMPTS) throw cause;
      await means.clock.sleep(SAVE_RETRY_MS * attempt);
    }
  }
}

function failure(means: ExchangeMeans, view: GrantView, answer: Exclude<ExchangeAnswer, Obtained>) {
  const retried = retriedFailure(answer);
  return retried === undefined ? { answer } : { answer, backOff: nextBackOff(means, view, retried, answer) };
}

function nextBackOff(
  { clock, random }: ExchangeMeans,
  view: GrantView,
  lastFailure: RetriedFailure,
  answer: ExchangeAnswer,
): BackOff {
  const failures = (view.backOff?.failures ?? 0) + 1;
  const asked = answer.kind === 'throttled' ? answer.retryAfterMs : undefined;
  return { failures, lastFailure, retryAt: clock.now() + backOffMs(failures, asked, random) };
}

/** Wrong client credentials are no fault of the grant: they open the provider's breaker, not the grant's back-off. */
function retriedFailure(answer: ExchangeAnswer): RetriedFailure | undefined {
  return answer.kind === 'throttled' || answer.kind === 'unknown' || answer.kind === 'not_sent'
    ? answer.kind
    : undefined;
}
