import type { ExchangeResult } from '../providers/provider.ts';
import type { Backoff } from './grant.ts';

/** The stable codes of {@link KeeperError}. Callers branch on these, never on the message. */
export type KeeperErrorCode =
  | 'provider_not_configured'
  | 'email_required'
  | 'account_taken'
  | 'input_refused'
  | 'client_refused'
  | 'upstream_unavailable'
  | 'upstream_throttled'
  | 'upstream_slow'
  | 'expired_on_arrival'
  | 'too_many_renewals'
  | 'answer_unreadable'
  | 'consent_required'
  | 'reconnect_required';

/** The keeper has no live token to give. The message can be shown to a person and holds no secret. */
export class KeeperError extends Error {
  override readonly name = 'KeeperError';
  readonly code: KeeperErrorCode;
  /** Milliseconds after which a retry may succeed; undefined if waiting does not help. */
  readonly retryAfterMs: number | undefined;
  /**
   * The fields that the provider refused: those of `Applicant` or of a frontend token, or the provider's own names for
   * others.
   */
  readonly fields: readonly string[];

  constructor(
    code: KeeperErrorCode,
    message: string,
    options: { retryAfterMs?: number; fields?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.fields = options.fields ?? [];
  }
}

/**
 * The database does not answer or cannot write; the request itself is fine. The message can be shown to a caller and
 * holds no secret.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
  readonly code = 'store_unavailable';
  readonly retryAfterMs = 2_000;

  constructor(cause: unknown, message = 'The database of this service does not answer properly. Try again later.') {
    super(message, { cause });
  }
}

/**
 * The database has no record of the grant or of its erasure, because it went back to a time before the grant was made.
 * The message is for the operator and holds no secret.
 */
export class GrantForgottenError extends Error {
  override readonly name = 'GrantForgottenError';
  readonly code = 'grant_forgotten';

  constructor(grantId: string) {
    super(
      `The database has never heard of grant ${grantId}: a failover or a restored backup took it back to before the grant was made.`,
    );
  }
}

/** Whether the error comes from the state of the database, which is temporary. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'store_unavailable';
}

/**
 * The error for a grant in back-off after failed exchanges.
 *
 * @param now epoch milliseconds
 */
export function backingOff(backoff: Backoff | undefined, now: number): KeeperError {
  const retryAfterMs = Math.max(0, (backoff?.retryAt ?? now) - now);
  if (backoff?.lastFailure === 'client_refused') return clientRefused(retryAfterMs);
  return backoff?.lastFailure === 'throttled'
    ? throttled(retryAfterMs)
    : new KeeperError('upstream_unavailable', 'The provider does not answer properly. Try again later.', {
        retryAfterMs,
      });
}

/**
 * The error for a provider that is paused.
 *
 * @param retryAfterMs the rest of the pause, in milliseconds
 */
export function throttled(retryAfterMs: number): KeeperError {
  return new KeeperError('upstream_throttled', 'The provider asks us to slow down. Try again later.', { retryAfterMs });
}

/** The error for a caller whose wait ran out while the work continues. */
export function slow(): KeeperError {
  return new KeeperError('upstream_slow', 'The provider is slow to answer; the work goes on. Ask again shortly.', {
    retryAfterMs: 2_000,
  });
}

/**
 * The error for a deployment whose own client is refused.
 *
 * @param retryAfterMs milliseconds until the provider is asked again; undefined if that is not known
 */
export function clientRefused(retryAfterMs: number | undefined): KeeperError {
  return new KeeperError(
    'client_refused',
    "The provider refuses this deployment's client. The operator must check the client id and secret.",
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

/** The error for an account that cannot be created without an e-mail address. */
export function emailRequired(): KeeperError {
  return new KeeperError('email_required', 'An e-mail is needed to create the account.');
}

/** The error for a provider whose new token has already expired by our clock. */
export function expiredOnArrival(): KeeperError {
  return new KeeperError(
    'expired_on_arrival',
    "The provider's new token is expired already. The operator must compare this machine's clock with the provider's.",
    { retryAfterMs: 60_000 },
  );
}

/** The error for a caller that keeps renewing one user's token while it is still live. */
export function tooManyRenewals(): KeeperError {
  return new KeeperError('too_many_renewals', 'This token was renewed too often in the last minute. Try again later.', {
    retryAfterMs: 30_000,
  });
}

/**
 * The error for a grant whose provider has answered in a way that we cannot read. Its tokens may be in that answer, so
 * it is not the user who has to do something.
 */
export function answerUnreadable(): KeeperError {
  return new KeeperError(
    'answer_unreadable',
    "The provider's last answer cannot be read, and is kept. The operator must look into it; the account need not be " +
      'connected again.',
    { retryAfterMs: 60_000 },
  );
}

/** The error for a provider that this deployment does not have. */
export function providerNotConfigured(name: string): KeeperError {
  return new KeeperError('provider_not_configured', `This deployment has no provider "${name}".`);
}

/** The error for a subject without a linked account, at a provider where only the user can link one. */
export function consentRequired(): KeeperError {
  return new KeeperError('consent_required', 'No account is linked yet. Its user must consent first.');
}

/** The error for a grant that only its user can repair. */
export function reconnectRequired(): KeeperError {
  return new KeeperError('reconnect_required', 'The account must be connected again.');
}

/** The error for imported tokens that turned out to be of another account than the import had named. */
export function accountMismatch(): KeeperError {
  return new KeeperError(
    'reconnect_required',
    'The tokens that were imported for this user are of another account than the import says. Import the right ones, or connect the account again.',
  );
}

/** The error for an answer that refuses this caller's input; undefined for all other answers. */
export function refused(answer: ExchangeResult): KeeperError | undefined {
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
