import { jsonMemberAt } from '../../oauth/json-member.ts';
import { retryAfterMs } from '../../oauth/retry-after.ts';
import { errorCode, tokenResponse, whyUnread, type TokenLifetimes } from '../../oauth/token-response.ts';
import type { UpstreamAnswer, UpstreamResult } from '../../oauth/transport.ts';
import { STANDARD_DEAD_GRANT, STANDARD_WRONG_CLIENT, type ErrorSignal, type OAuth2Definition } from './definition.ts';
import type { ExchangeResult, KeptAnswer, Throttled } from '../provider.ts';
import { answeredAgain, unreadableOr } from '../unreadable.ts';

const DEFAULT_ACCESS_TTL_SECONDS = 300;
const LONGEST_ACCESS_TTL_SECONDS = 86_400;

/** The codes of RFC 6749 that a token endpoint may send. Any other text from a provider stays out of the journal. */
const STANDARD_ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
];

/** Interprets the answers of token and revocation endpoints according to the server's definition. */
export class OAuth2Judgement {
  readonly #deadGrant: readonly ErrorSignal[];
  readonly #wrongClient: readonly ErrorSignal[];
  readonly #lifetimes: TokenLifetimes;

  constructor(definition: OAuth2Definition) {
    this.#deadGrant = [...STANDARD_DEAD_GRANT, ...(definition.deadGrant ?? [])];
    this.#wrongClient = [...STANDARD_WRONG_CLIENT, ...(definition.wrongClient ?? [])];
    this.#lifetimes = lifetimes(definition);
  }

  /**
   * The result of an exchange, from the token endpoint's answer (RFC 6749 section 5).
   *
   * @param times `askedAt`, when the call started, and `now`, both in epoch milliseconds
   */
  ofTokens(result: UpstreamResult, { askedAt, now }: { askedAt: number; now: number }): ExchangeResult {
    if (result.kind === 'not_sent') return { kind: 'not_sent', detail: 'could not connect', cause: result.cause };
    if (result.kind === 'unanswered') return { kind: 'unknown', detail: 'no complete answer', cause: result.cause };
    if (result.status === 429) return throttled(result, now);
    const tokens = isSuccess(result) ? tokenResponse(result.json, askedAt, this.#lifetimes) : undefined;
    if (tokens !== undefined) return { kind: 'obtained', tokens };
    const refused = this.#refused(result);
    if (refused.kind !== 'unknown') return refused;
    return unreadableOr(refused, result, { askedAt, reason: whyUnread(result.json) });
  }

  /** The result of an exchange whose answer was kept: what it would be if it had just come. */
  ofKept(kept: KeptAnswer): ExchangeResult {
    const { askedAt } = kept;
    return this.ofTokens(answeredAgain(kept), { askedAt, now: askedAt });
  }

  /** The result of a revocation. A token that the server does not know counts as revoked (RFC 7009 section 2.2). */
  ofRevocation(result: UpstreamResult): 'revoked' | 'refused' | 'unreachable' {
    if (result.kind !== 'answered') return 'unreachable';
    if (isSuccess(result)) return 'revoked';
    const { kind } = this.#refused(result);
    if (kind === 'rejected') return 'revoked';
    return kind === 'client_refused' ? 'refused' : 'unreachable';
  }

  /** Only errors in the definition have a meaning; an unfamiliar one ends nothing and stops nobody. */
  #refused(result: UpstreamAnswer): ExchangeResult {
    const { status, json } = result;
    const code = errorCode(json);
    const saysSo = (signal: ErrorSignal) =>
      signal.status === status && signal.error === (signal.at === undefined ? code : jsonMemberAt(json, signal.at));
    const known = [...this.#deadGrant, ...this.#wrongClient].find(saysSo)?.error;
    const told = known ?? STANDARD_ERRORS.find((error) => error === code);
    const detail = told === undefined ? `HTTP ${status}` : `HTTP ${status} ${told}`;
    if (this.#wrongClient.some(saysSo)) return { kind: 'client_refused', detail };
    if (this.#deadGrant.some(saysSo)) return { kind: 'rejected', detail };
    return { kind: 'unknown', detail: detail + (isSuccess(result) ? ' without a usable bearer token' : '') };
  }
}

function isSuccess({ status }: UpstreamAnswer): boolean {
  return status >= 200 && status < 300;
}

function throttled({ headers }: UpstreamAnswer, now: number): Throttled {
  const wait = retryAfterMs(headers['retry-after'], now);
  return { kind: 'throttled', detail: 'HTTP 429', ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

function lifetimes(definition: OAuth2Definition): TokenLifetimes {
  const {
    defaultAccessTtlSeconds = DEFAULT_ACCESS_TTL_SECONDS,
    longestAccessTtlSeconds = LONGEST_ACCESS_TTL_SECONDS,
    refreshTtlSeconds,
    refreshIdleTtlSeconds,
  } = definition;
  return {
    access: { fallbackMs: defaultAccessTtlSeconds * 1000, maximumMs: longestAccessTtlSeconds * 1000 },
    refreshMs: inMs(refreshTtlSeconds),
    refreshIdleMs: inMs(refreshIdleTtlSeconds),
  };
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
