import type { TokenSet } from '../oauth/token-set.ts';
import type { Secret } from '../secret.ts';

/** An upstream account as a person would describe it. `null` where the provider has nothing. */
export interface AccountProfile extends ShownAccount {
  readonly accountId: string;
}

/** What a provider shows of an account besides an id that never changes hands. */
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

/** What came of one exchange, in the words the keeper acts on. */
export type ExchangeResult =
  | Obtained
  | Failed<'rejected'>
  | Failed<'account_gone'>
  | AccountExists
  | Failed<'account_taken'>
  | InputRefused
  | Failed<'client_refused'>
  | Throttled
  | Failed<'unknown'>
  | Failed<'not_sent'>;

/** A credential; `profile` where the answer described the account as well. */
export interface Obtained {
  readonly kind: 'obtained';
  readonly tokens: TokenSet;
  /** The refresh token that was presented, where the answer brings none and so leaves it in force (RFC 6749 section 6). */
  readonly presentedRefreshToken?: Secret;
  readonly profile?: AccountProfile;
}

/**
 * - `rejected`: the presented credential is dead (`invalid_grant` and its kin)
 * - `account_gone`: the provider has no such account any more
 * - `account_taken`: the account asked for belongs to somebody who is not provably this subject
 * - `client_refused`: the provider refuses us, not the grant: the operator must look at the client's configuration
 * - `unknown`: sent, and nobody can say what came of it
 * - `not_sent`: no byte of the request left this machine
 */
export interface Failed<Kind extends string> {
  readonly kind: Kind;
  /** For the operator's journal; holds no secret and no text of unknown origin. */
  readonly detail: string;
  readonly cause?: unknown;
}

/** The account asked for is there already and provably this subject's: our earlier answer was lost. */
export interface AccountExists {
  readonly kind: 'account_exists';
  readonly accountId: string;
  readonly profile: AccountProfile;
}

/** The provider would not take what was asked for; `fields` are those of `Applicant` that it refused, or its own names of others. */
export interface InputRefused extends Failed<'input_refused'> {
  readonly fields: readonly string[];
}

/** Refused for now without having been looked at. */
export interface Throttled extends Failed<'throttled'> {
  /** Milliseconds, where the provider says. */
  readonly retryAfterMs?: number;
}
