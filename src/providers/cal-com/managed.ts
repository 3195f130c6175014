import type { Outgoing } from '../../oauth/outgoing.ts';
import { openTransport, type Transport, type UpstreamCall, type UpstreamResult } from '../../oauth/transport.ts';
import type { Secret } from '../../secret.ts';
import {
  accountProfile,
  asObject,
  clientRefused,
  failed,
  judgeEnvelope,
  type CalComError,
  type CalComResult,
} from './envelope.ts';
import type { Identified } from '../authorization.ts';
import { otherKind } from './client-kind.ts';
import { ACCESS_BOUNDS, tokensIn, tokensWithUserIn } from './managed-tokens.ts';
import { ownerInAnswer, refusesToken } from './token-owner.ts';
import { managedTokenClaims } from './token-claims.ts';
import type {
  AccountProfile,
  AnswerReader,
  Applicant,
  ClientCheck,
  ExchangeResult,
  KnownAccount,
  Provider,
  TokenClaims,
} from '../provider.ts';
import { answeredAgain, readerFingerprint } from '../unreadable.ts';

/** Configures {@link calComManaged}: a platform OAuth client of Cal.com's API v2. */
export interface CalComManagedOptions {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** With the version, without a trailing slash: `https://api.cal.com/v2`. */
  readonly apiUrl: string;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Keyed proofs that an upstream user belongs to this subject; the first one is written, all are recognised. */
  readonly subjectProofs: (subject: string) => readonly string[];
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
  /** How calls leave this machine; straight to their servers if undefined. */
  readonly outgoing?: Outgoing | undefined;
}

/** The metadata key of a managed user that holds the proof of ownership. */
const PROOF_KEY = 'evergrant_subject';
const READ_TIMEOUT_MS = 5_000;
/**
 * Cal.com's managed users (platform clients of API v2): we create the account, tokens rotate on every refresh, and
 * force-refresh gets a new pair with only the client's secret.
 */
export function calComManaged(options: CalComManagedOptions): Provider {
  return new CalComManaged(options, openTransport(options.outgoing));
}

class CalComManaged implements Provider {
  readonly name = 'cal-com-managed';
  readonly title = 'Cal.com';
  readonly accountIdForm = { pattern: /^[1-9]\d{0,14}$/, meaning: 'the numeric id of the managed user at Cal.com' };
  readonly realm: string;
  readonly needsEmail = true;
  readonly confirmsImports = true;
  readonly accessLifetime = ACCESS_BOUNDS;
  /** Per client, if the client's id is sent in a header. */
  readonly requestsPerMinute = 500;
  readonly reader: AnswerReader = {
    fingerprint: readerFingerprint(this.name),
    read: (kept, asked) => {
      const again = answeredAgain(kept);
      const judged = judgeEnvelope(again, kept.askedAt);
      // None is kept that is an error by its content.
      if (judged.kind === 'error') return failed('unknown', judged.error);
      return (asked === 'provision' ? tokensWithUserIn : tokensIn)(again, judged, kept.askedAt);
    },
  };
  readonly #options: CalComManagedOptions;
  readonly #transport: Transport;
  readonly #client: string;

  constructor(options: CalComManagedOptions, transport: Transport) {
    this.#options = options;
    this.#transport = transport;
    this.#client = encodeURIComponent(options.clientId);
    this.realm = `${this.name} ${options.apiUrl} ${options.clientId}`;
  }

  readToken(token: Secret): TokenClaims | undefined {
    return managedTokenClaims(token, this.#options.clientId);
  }

  async refresh(refreshToken: Secret): Promise<ExchangeResult> {
    const askedAt = this.#options.now();
    const path = `/oauth/${this.#client}/refresh`;
    const result = await this.#send('POST', path, { refreshToken: refreshToken.reveal() });
    const judged = judgeEnvelope(result, this.#options.now());
    return judged.kind === 'error' ? judgeRefreshError(judged.error) : tokensIn(result, judged, askedAt);
  }

  /**
   * Force-refresh: Cal.com deletes all other tokens of the user. The user is read first, because an installation
   * restored from a backup reuses ids, and force-refresh would then hand out another user's token.
   */
  async recover(account: KnownAccount): Promise<ExchangeResult> {
    const user = await this.#ask('GET', this.#userPath(account.accountId));
    if (user.kind === 'error') return judgeRecoverError(user.error);
    const profile = user.kind === 'success' ? accountProfile(user.data) : undefined;
    if (user.kind === 'unknown' || (user.kind === 'success' && profile === undefined)) {
      return { kind: 'not_sent', detail: 'the user could not be read' };
    }
    if (user.kind !== 'success') return user;
    if (profile === undefined || !isSame(profile, user.data, account, this.#options.subjectProofs(account.subject))) {
      return { kind: 'account_gone', detail: 'the user under this id is another by now' };
    }
    const askedAt = this.#options.now();
    const result = await this.#send('POST', `${this.#userPath(account.accountId)}/force-refresh`);
    const judged = judgeEnvelope(result, this.#options.now());
    return judged.kind === 'error' ? judgeRecoverError(judged.error) : tokensIn(result, judged, askedAt);
  }

  async provision(applicant: Applicant): Promise<ExchangeResult> {
    const { email } = applicant;
    if (email === undefined) return { kind: 'input_refused', detail: 'there is no e-mail', fields: ['email'] };
    const askedAt = this.#options.now();
    const proofs = this.#options.subjectProofs(applicant.subject);
    const result = await this.#send('POST', `/oauth-clients/${this.#client}/users`, {
      email,
      // Cal.com requires a name.
      name: applicant.name ?? email.slice(0, email.lastIndexOf('@')),
      timeZone: applicant.timeZone,
      metadata: { [PROOF_KEY]: proofs[0] },
    });
    const judged = judgeEnvelope(result, this.#options.now());
    if (judged.kind !== 'error') return tokensWithUserIn(result, judged, askedAt);
    const existing = existingUserId(judged.error);
    return existing === undefined ? judgeProvisionError(judged.error) : this.#adopt(existing, proofs);
  }

  async probe(accessToken: Secret): Promise<'accepted' | 'refused' | 'unreachable'> {
    const result = await this.#transport.send({
      method: 'GET',
      url: `${this.#options.apiUrl}/provider/${this.#client}/access-token`,
      headers: { authorization: `Bearer ${accessToken.reveal()}` },
      timeoutMs: READ_TIMEOUT_MS,
    });
    const judged = judgeEnvelope(result, this.#options.now());
    if (judged.kind === 'success') return 'accepted';
    return refusesToken(result, judged) ? 'refused' : 'unreachable';
  }

  async identify(accessToken: Secret): Promise<Identified> {
    const result = await this.#transport.send({
      method: 'GET',
      url: `${this.#options.apiUrl}/me`,
      headers: { authorization: `Bearer ${accessToken.reveal()}` },
      timeoutMs: READ_TIMEOUT_MS,
    });
    return ownerInAnswer(result, this.#options.now());
  }

  async fetchProfile(account: KnownAccount): Promise<AccountProfile | 'gone' | 'unreachable'> {
    const result = await this.#ask('GET', this.#userPath(account.accountId));
    if (result.kind === 'error' && isUnknownUser(result.error)) return 'gone';
    const profile = result.kind === 'success' ? accountProfile(result.data) : undefined;
    if (profile === undefined || result.kind !== 'success') return 'unreachable';
    const isOurs = isSame(profile, result.data, account, this.#options.subjectProofs(account.subject));
    return isOurs ? profile : 'gone';
  }

  async checkClient(): Promise<ClientCheck> {
    const result = await this.#ask('GET', `/oauth-clients/${this.#client}/users?limit=1`);
    if (result.kind === 'success') return { verdict: 'accepted', detail: `Cal.com accepts ${this.#options.clientId}.` };
    if (result.kind === 'client_refused' || (result.kind === 'error' && !isNoRoute(result.error))) {
      const detail =
        'Cal.com refuses the client. Check CAL_COM_CLIENT_ID and CAL_COM_CLIENT_SECRET, and CAL_COM_REGION.';
      return { verdict: 'refused', detail: (await otherKind('oauth', this.#options, this.#transport)) ?? detail };
    }
    const why = result.kind === 'error' ? result.error.text : result.detail;
    return { verdict: 'unreachable', detail: `${this.#options.apiUrl} does not answer properly: ${why}.` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  /** Adopts the user of a taken e-mail address only if it carries this subject's proof. */
  async #adopt(accountId: string, proofs: readonly string[]): Promise<ExchangeResult> {
    const result = await this.#ask('GET', this.#userPath(accountId));
    if (result.kind === 'error') return { kind: 'unknown', detail: 'the existing user could not be read' };
    if (result.kind !== 'success') return result;
    const profile = accountProfile(result.data);
    if (profile?.accountId !== accountId) return { kind: 'unknown', detail: 'the existing user could not be read' };
    if (!carriesProof(result.data, proofs)) {
      return { kind: 'account_taken', detail: "the e-mail belongs to a user without this subject's proof" };
    }
    return { kind: 'account_exists', accountId, profile };
  }

  #userPath(accountId: string): string {
    return `/oauth-clients/${this.#client}/users/${encodeURIComponent(accountId)}`;
  }

  async #ask(method: UpstreamCall['method'], path: string): Promise<CalComResult> {
    return judgeEnvelope(await this.#send(method, path), this.#options.now());
  }

  #send(method: UpstreamCall['method'], path: string, body?: unknown): Promise<UpstreamResult> {
    const { apiUrl, clientId, clientSecret, upstreamTimeoutMs } = this.#options;
    return this.#transport.send({
      method,
      url: apiUrl + path,
      headers: {
        'x-cal-secret-key': clientSecret.reveal(),
        // The path already names the client, but only this header gives the higher rate limit per client.
        'x-cal-client-id': clientId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs: method === 'GET' ? READ_TIMEOUT_MS : upstreamTimeoutMs,
    });
  }
}

/**
 * A 400 or 404 in Cal.com's own envelope means that this refresh token is dead (unknown, used, or lost to a concurrent
 * request), unless its text is about the client or the form of the body, or nobody serves the URL.
 */
function judgeRefreshError(error: CalComError): ExchangeResult {
  if (error.status !== 400 && error.status !== 404) return failed('unknown', error);
  // Early versions name no fields; only the text shows that the form of the body was wrong.
  const isMalformed = error.isInvalid || error.message === 'Bad Request Exception';
  if (isNoRoute(error)) return failed('unknown', error);
  if (isMalformed || blamesClient(error)) return clientRefused(error);
  return failed('rejected', error);
}

/** Matches Cal.com's texts about the client. Anything else may concern this one user, and must not stop the others. */
function blamesClient(error: CalComError): boolean {
  return /OAuth ?Client|outside of an organization/i.test(error.message);
}

/** Whether nobody serves this URL, because it is wrong or Cal.com is being deployed: that says nothing of anybody. */
function isNoRoute({ status, message }: CalComError): boolean {
  return (status === 404 || status === 410) && /^(?:Cannot [A-Z]+ |(?:Not Found|Gone)\.?$)/i.test(message);
}

/** The loser of a race gets a 404 from the database layer, which does not mean that the user is gone. */
function judgeRecoverError(error: CalComError): ExchangeResult {
  if (isUnknownUser(error)) return failed('account_gone', error);
  return blamesClient(error) ? clientRefused(error) : failed('unknown', error);
}

function judgeProvisionError(error: CalComError): ExchangeResult {
  if (error.status === 409) return failed('unknown', error);
  if (error.status === 400 && error.isInvalid) {
    return { ...failed('input_refused', error), fields: error.invalidFields };
  }
  return blamesClient(error) ? clientRefused(error) : failed('unknown', error);
}

function existingUserId(error: CalComError): string | undefined {
  return error.status === 409 ? /Existing user ID=(\d{1,15})\b/.exec(error.message)?.[1] : undefined;
}

/**
 * Whether this is the user that we know: by its proof, or by its creation time as first seen, since other apps may
 * overwrite the metadata. An imported user has neither until its profile is stored; until then only the operator
 * vouches for it.
 */
function isSame(profile: AccountProfile, user: unknown, known: KnownAccount, proofs: readonly string[]): boolean {
  if (profile.accountId !== known.accountId) return false;
  if (known.vouched === true) return true;
  return carriesProof(user, proofs) || (known.createdAt !== null && profile.createdAt === known.createdAt);
}

function carriesProof(user: unknown, proofs: readonly string[]): boolean {
  const proof = asObject(asObject(user)?.['metadata'])?.[PROOF_KEY];
  return typeof proof === 'string' && proofs.includes(proof);
}

function isUnknownUser(error: CalComError): boolean {
  return error.status === 404 && /^User with ID \d+ is not part of this OAuth client/.test(error.message);
}
