import { retryAfterMs } from '../oauth/retry-after.ts';
import { tokenRequest, type ClientAuthentication, type TokenEndpoint } from '../oauth/token-request.ts';
import { errorCode, tokenResponse, type TokenLifetimes } from '../oauth/token-response.ts';
import { openTransport, type Transport, type UpstreamAnswer } from '../oauth/transport.ts';
import type { Secret } from '../secret.ts';
import {
  STANDARD_DEAD_GRANT,
  STANDARD_WRONG_CLIENT,
  type ErrorSignal,
  type OAuth2Definition,
} from './oauth-2-definition.ts';
import type { ExchangeAnswer, Provider, ReuseBehaviour, Throttled } from './provider.ts';

/** A server that speaks OAuth 2, and how to reach it. */
export interface OAuth2Options {
  readonly definition: OAuth2Definition;
  /** Needed unless the client is a public one. */
  readonly clientSecret: Secret | undefined;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const DEFAULT_ACCESS_TTL_SECONDS = 300;
const LONGEST_ACCESS_TTL_SECONDS = 86_400;

/** The codes of RFC 6749 that a token endpoint may send; any other text of a provider's stays out of the journal. */
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

/**
 * Any OAuth 2 server, by its definition.
 *
 * @throws Error where the definition wants a client secret and there is none; TypeError where its URL is none
 */
export function oauth2(options: OAuth2Options): Provider {
  return new OAuth2(options, openTransport());
}

class OAuth2 implements Provider {
  readonly name: string;
  readonly realm: string;
  readonly onReuse: ReuseBehaviour;
  readonly requestsPerMinute?: number;
  readonly #options: OAuth2Options;
  readonly #transport: Transport;
  readonly #endpoint: TokenEndpoint;
  readonly #signals: Signals;

  constructor(options: OAuth2Options, transport: Transport) {
    const { definition } = options;
    const { name, tokenUrl, clientId } = definition;
    this.name = name;
    this.realm = `${name} ${new URL(tokenUrl).origin} ${clientId}`;
    this.onReuse = definition.onReuse;
    if (definition.requestsPerMinute !== undefined) this.requestsPerMinute = definition.requestsPerMinute;
    this.#options = options;
    this.#transport = transport;
    this.#endpoint = {
      url: tokenUrl,
      clientId,
      clientAuthentication: clientAuthentication(definition, options.clientSecret),
      bodyFormat: definition.body,
    };
    this.#signals = signals(definition);
  }

  async refresh(refreshToken: Secret): Promise<ExchangeAnswer> {
    const { definition, upstreamTimeoutMs: timeoutMs, now } = this.#options;
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() };
    const askedAt = now();
    const result = await this.#transport.send({ ...tokenRequest(this.#endpoint, grant), timeoutMs });
    if (result.kind === 'not_sent') return { kind: 'not_sent', detail: 'could not connect', cause: result.cause };
    if (result.kind === 'unanswered') return { kind: 'unknown', detail: 'no complete answer', cause: result.cause };
    if (result.status === 429) return throttled(result, now());
    const isSuccess = result.status >= 200 && result.status < 300;
    const tokens = isSuccess ? tokenResponse(result.json, askedAt, lifetimes(definition)) : undefined;
    return tokens === undefined ? refused(result, this.#signals) : { kind: 'obtained', tokens };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

interface Signals {
  readonly deadGrant: readonly ErrorSignal[];
  readonly wrongClient: readonly ErrorSignal[];
}

function signals({ deadGrant = [], wrongClient = [] }: OAuth2Definition): Signals {
  return {
    deadGrant: [...STANDARD_DEAD_GRANT, ...deadGrant],
    wrongClient: [...STANDARD_WRONG_CLIENT, ...wrongClient],
  };
}

/** Only what the definition knows has a meaning; an unfamiliar refusal ends nothing and stops nobody. */
function refused({ status, json }: UpstreamAnswer, { deadGrant, wrongClient }: Signals): ExchangeAnswer {
  const code = errorCode(json);
  const saysSo = (signal: ErrorSignal) => signal.status === status && signal.error === code;
  const isKnown = STANDARD_ERRORS.some((error) => error === code) || [...deadGrant, ...wrongClient].some(saysSo);
  const detail = code !== undefined && isKnown ? `HTTP ${status} ${code}` : `HTTP ${status}`;
  if (wrongClient.some(saysSo)) return { kind: 'client_refused', detail };
  if (deadGrant.some(saysSo)) return { kind: 'rejected', detail };
  const hint = status >= 200 && status < 300 ? ' without a usable bearer token' : '';
  return { kind: 'unknown', detail: detail + hint };
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
  } = definition;
  return {
    access: { fallbackMs: defaultAccessTtlSeconds * 1000, maximumMs: longestAccessTtlSeconds * 1000 },
    refreshMs: refreshTtlSeconds === undefined ? undefined : refreshTtlSeconds * 1000,
  };
}

function clientAuthentication(
  { name, clientAuth: method }: OAuth2Definition,
  clientSecret: Secret | undefined,
): ClientAuthentication {
  if (method === 'none') return { method };
  if (clientSecret === undefined) {
    throw new Error(`The provider ${name} needs a client secret. Configure one, or define its client as public.`);
  }
  return { method, clientSecret };
}
