import type { UnreadReason } from '../oauth/tokens/token-response.ts';
import type { TokenSet } from '../oauth/tokens/token-set.ts';
import type { Secret } from '../secret.ts';

export type { UnreadReason } from '../oauth/tokens/token-response.ts';

/** An upstream account as it is shown to people; `null` for what the provider does not have. */
export interface AccountProfile extends ShownAccount {
  readonly accountId: string;
}

/** What a provider shows about an account apart from its permanent id. */
export interface ShownAccount {
  readonly username: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly timeZone: string | null;
  readonly timeFormat: number | null;
  readonly weekStart: string | null;
  readonly locale: string | null;
  readonly defaultScheduleId: number | null;
  readonly avatarUrl: string | null;
  readonly bio: string | null;
  /** ISO 8601, as the provider wrote it. */
  readonly createdAt: string | null;
}

/** The result of one exchange, in the terms that the keeper acts on. */
export type ExchangeResult =
  | Obtained
  | Failed<'rejected'>
  | Failed<'account_gone'>
  | AccountExists
  | Failed<'account_taken'>
  | InputRefused
  | Failed<'client_refused'>
  | Throttled
  | Unreadable
  | Failed<'unknown'>
  | Failed<'not_sent'>;

/** Tokens; `profile` if the answer described the account as well. */
export interface Obtained {
  readonly kind: 'obtained';
  readonly tokens: TokenSet;
  /** The presented refresh token, if the answer has none and so leaves it valid (RFC 6749 section 6). */
  readonly presentedRefreshToken?: Secret;
  readonly profile?: AccountProfile;
}

/**
 * An exchange that gave no credential:
 * - `rejected`: the presented credential is dead (`invalid_grant` or an equivalent)
 * - `account_gone`: the provider no longer has the account
 * - `account_taken`: the requested account belongs to somebody who is not provably this subject
 * - `client_refused`: the provider refuses us, not the grant; the operator must check the client's configuration
 * - `unknown`: it was sent, and its effect is not known
 * - `not_sent`: no byte of the request left this machine
 */
export interface Failed<Kind extends string> {
  readonly kind: Kind;
  /**
   * For the operator's journal; holds no secret, and of a provider's text only what `oauth/answer/harmless-text.ts` lets
   * through.
   */
  readonly detail: string;
  /** The delay that the provider asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** True if the provider says that it has not processed the request (503), so that nothing of it is used up. */
  readonly unprocessed?: boolean;
  readonly cause?: unknown;
}

/**
 * The provider has done it and said so, in a way that we cannot read. The answer may hold the only copy of the tokens,
 * so it is kept as it came.
 */
export interface Unreadable extends Failed<'unreadable'> {
  readonly reason: UnreadReason;
  readonly kept: KeptAnswer;
  /** The presented refresh token, which may still be valid if the answer turns out to have none. */
  readonly presentedRefreshToken?: Secret;
}

/** An answer as it came. */
export interface KeptAnswer {
  readonly status: number;
  /** Those that say how to read the body, and by which names the provider knows the request; in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded bytes, in base64. */
  readonly body: Secret;
  /** When the call started, in epoch milliseconds: lifetimes count from there. */
  readonly askedAt: number;
}

/** The requested account already exists and is provably this subject's: an earlier answer was lost. */
export interface AccountExists {
  readonly kind: 'account_exists';
  readonly accountId: string;
  readonly profile: AccountProfile;
}

/**
 * The provider refused the input; `fields` are the refused fields of `Applicant`, or the provider's own names for
 * others.
 */
export interface InputRefused extends Failed<'input_refused'> {
  readonly fields: readonly string[];
}

/** Refused for now, without having been processed. */
export type Throttled = Failed<'throttled'>;
