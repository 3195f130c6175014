import { answerText, noAnswerText } from '../../oauth/answer/answer-text.ts';
import { jsonMember } from '../../oauth/json-member.ts';
import { retryAfterMs } from '../../oauth/retry-after.ts';
import { tokenResponse, type TokenLifetimes, type TokenRules } from '../../oauth/tokens/token-response.ts';
import { LONGEST_BELIEVED_MS, type LifetimeBounds } from '../../oauth/tokens/token-set.ts';
import type { UpstreamAnswer, UpstreamResult } from '../../oauth/transport.ts';
import type { OAuth2Definition } from './definition.ts';
import { Refusals } from './refusals.ts';
import type { ExchangeResult, KeptAnswer, Revoked, Throttled } from '../provider.ts';
import { answeredAgain, unreadableOr } from '../unreadable.ts';

const DEFAULT_ACCESS_TTL_SECONDS = 300;

const SERVICE_UNAVAILABLE = 503;

/** What is believed of the lifetimes of a server's access tokens, whether an answer or an operator brings them. */
export function accessBounds({
  defaultAccessTtlSeconds = DEFAULT_ACCESS_TTL_SECONDS,
  longestAccessTtlSeconds,
}: OAuth2Definition): LifetimeBounds {
  const longestMs = inMs(longestAccessTtlSeconds) ?? LONGEST_BELIEVED_MS;
  return { fallbackMs: defaultAccessTtlSeconds * 1000, maximumMs: Math.min(longestMs, LONGEST_BELIEVED_MS) };
}

/** Interprets the answers of token and revocation endpoints according to the server's definition. */
export class OAuth2Judgement {
  readonly #refusals: Refusals;
  readonly #rules: TokenRules;

  constructor(definition: OAuth2Definition) {
    this.#refusals = new Refusals(definition);
    this.#rules = { lifetimes: lifetimes(definition), places: definition };
  }

  /**
   * The result of an exchange, from the token endpoint's answer (RFC 6749 section 5).
   *
   * @param times `askedAt`, when the call started, and `now`, both in epoch milliseconds
   */
  ofTokens(result: UpstreamResult, { askedAt, now }: { askedAt: number; now: number }): ExchangeResult {
    if (result.kind === 'not_sent') return { kind: 'not_sent', detail: noAnswerText(result), cause: result.cause };
    if (result.kind === 'unanswered') return { kind: 'unknown', detail: noAnswerText(result), cause: result.cause };
    if (result.status === 429) return throttled(result, now);
    const read = isSuccess(result) ? tokenResponse(result, askedAt, this.#rules) : undefined;
    if (read?.kind === 'tokens') return { kind: 'obtained', tokens: read.tokens };
    const refused = this.#refused(result, now);
    if (read === undefined || refused.kind !== 'unknown') return refused;
    return unreadableOr(refused, result, { askedAt, reason: read.reason });
  }

  /** The result of an exchange whose answer was kept: what it would be if it had just come. */
  ofKept(kept: KeptAnswer): ExchangeResult {
    const { askedAt } = kept;
    return this.ofTokens(answeredAgain(kept), { askedAt, now: askedAt });
  }

  /**
   * The result of a revocation. A token that the server does not know counts as revoked (RFC 7009 section 2.2), whatever
   * status says so.
   *
   * @param now epoch milliseconds
   */
  ofRevocation(result: UpstreamResult, now: number): Revoked {
    if (result.kind !== 'answered') return { kind: 'unreachable', detail: noAnswerText(result) };
    if (isSuccess(result) && !reportsError(result)) return { kind: 'revoked' };
    if (this.#refusals.isEnded(result)) return { kind: 'revoked' };
    const { status } = result;
    const isBusy = status === 429 || status === 408 || status >= 500;
    return { kind: isBusy ? 'unreachable' : 'refused', detail: answerText(result), ...waiting(result, now) };
  }

  /** Only known errors and those in the definition have a meaning; an unfamiliar one ends nothing and stops nobody. */
  #refused(answer: UpstreamAnswer, now: number): ExchangeResult {
    const refusal = this.#refusals.about(answer);
    const detail = answerText(answer, refusal?.code === '' ? undefined : refusal?.code);
    const wait = waiting(answer, now);
    if (refusal?.about === 'client') return { kind: 'client_refused', detail, ...wait };
    if (refusal?.about === 'grant') return { kind: 'rejected', detail };
    if (isSuccess(answer)) return { kind: 'unknown', detail: `${detail} without a usable bearer token`, ...wait };
    const unprocessed = answer.status === SERVICE_UNAVAILABLE ? { unprocessed: true } : {};
    return { kind: 'unknown', detail, ...wait, ...unprocessed };
  }
}

/** Some servers refuse with a 200: by an `error`, as GitHub does, or by `ok`, as Slack does. */
function reportsError({ json }: UpstreamAnswer): boolean {
  const error = jsonMember(json, 'error');
  return (error !== undefined && error !== null && error !== false && error !== '') || jsonMember(json, 'ok') === false;
}

function isSuccess({ status }: UpstreamAnswer): boolean {
  return status >= 200 && status < 300;
}

function throttled(answer: UpstreamAnswer, now: number): Throttled {
  return { kind: 'throttled', detail: answerText(answer), ...waiting(answer, now) };
}

/** How long the answer asks us to wait, if it does. */
function waiting({ headers }: UpstreamAnswer, now: number): { readonly retryAfterMs?: number } {
  const wait = retryAfterMs(headers['retry-after'], now);
  return wait === undefined ? {} : { retryAfterMs: wait };
}

function lifetimes(definition: OAuth2Definition): TokenLifetimes {
  const { refreshTtlSeconds, refreshIdleTtlSeconds } = definition;
  return {
    access: accessBounds(definition),
    refreshMs: inMs(refreshTtlSeconds),
    refreshIdleMs: inMs(refreshIdleTtlSeconds),
  };
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
