import type { ExchangeResult } from '../providers/provider.ts';
import type { Backoff } from './grant.ts';

/** The stable codes of {@link KeeperError}; callers branch on these, never on the message. */
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
  | 'consent_required'
  | 'reconnect_required';

/** Why the keeper has no live token to give. The message is fit to show a person and holds no secret. */
export class KeeperError extends Error {
  override readonly name = 'KeeperError';
  readonly code: KeeperErrorCode;
  /** Milliseconds after which asking again may help; undefined where waiting doesn't help. */
  readonly retryAfterMs: number | undefined;
  /** What of a request the provider refused: fields of `Applicant` or of a frontend token, or the provider's own names of others. */
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
 * The database does not answer, or cannot write: nothing is wrong with what was asked of it. The message is fit to show a
 * caller and holds no secret.
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
 * The database does not know the grant, nor that it was erased: it went back to before the grant was made. The message is for
 * the operator and holds no secret.
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

/** Whether it is the database's state that is to blame, which passes. */
export function isStoreUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'store_unavailable';
}

/** For a grant whose last exchanges failed, until its back-off is over. `now` in epoch milliseconds. */
export function backingOff(backoff: Backoff | undefined, now: number): KeeperError {
  const retryAfterMs = Math.max(0, (backoff?.retryAt ?? now) - now);
  return backoff?.lastFailure === 'throttled'
    ? throttled(retryAfterMs)
    : new KeeperError('upstream_unavailable', 'The provider does not answer properly. Try again later.', {
        retryAfterMs,
      });
}

/** For a provider that asked to be left alone for so many milliseconds more. */
export function throttled(retryAfterMs: number): KeeperError {
  return new KeeperError('upstream_throttled', 'The provider asks us to slow down. Try again later.', { retryAfterMs });
}

/** For whoever has waited long enough while work goes on. */
export function slow(): KeeperError {
  return new KeeperError('upstream_slow', 'The provider is slow to answer; the work goes on. Ask again shortly.', {
    retryAfterMs: 2_000,
  });
}

/** For a deployment whose own client is refused. */
export function clientRefused(retryAfterMs: number | undefined): KeeperError {
  return new KeeperError(
    'client_refused',
    "The provider refuses this deployment's client. The operator must check the client id and secret.",
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}

/** For an account that cannot be created because nobody said for whom. */
export function emailRequired(): KeeperError {
  return new KeeperError('email_required', 'An e-mail is needed to create the account.');
}

/** For a provider whose new token is over already by our clock. */
export function expiredOnArrival(): KeeperError {
  return new KeeperError(
    'expired_on_arrival',
    "The provider's new token is expired already. The operator must compare this machine's clock with the provider's.",
    { retryAfterMs: 60_000 },
  );
}

/** For a caller who has one user's token renewed again and again although it lives. */
export function tooManyRenewals(): KeeperError {
  return new KeeperError('too_many_renewals', 'This token was renewed too often in the last minute. Try again later.', {
    retryAfterMs: 30_000,
  });
}

/** For a provider that this deployment doesn't have. */
export function providerNotConfigured(name: string): KeeperError {
  return new KeeperError('provider_not_configured', `This deployment has no provider "${name}".`);
}

/** For a subject who has linked no account yet, at a provider where nobody else can. */
export function consentRequired(): KeeperError {
  return new KeeperError('consent_required', 'No account is linked yet. Its user must consent first.');
}

/** For a grant that nothing but its user can repair. */
export function reconnectRequired(): KeeperError {
  return new KeeperError('reconnect_required', 'The account must be connected again.');
}

/** For answers that refuse what this caller asked for; undefined for all others. */
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
