import type { TokenAnswer } from '../oauth/token-answer.ts';
import type { Secret } from '../secret.ts';

/**
 * One way of reaching one API. `refresh` is all a provider must do; the rest are extras that change what the keeper
 * can repair by itself. No method rejects: whatever happens upstream is an {@link ExchangeAnswer}.
 */
export interface Provider {
  /** Stable, lower case, hyphenated; it names the provider in the database and in URLs. */
  readonly name: string;
  /**
   * The provider and our client there. Grants of one realm mean nothing in another: a second client at the same
   * provider has users, tokens and account ids of its own.
   */
  readonly realm: string;
  /** What the provider does where a spent refresh token comes again; `reject` unless given. */
  readonly onReuse?: ReuseBehaviour;
  /** What its account ids look like, for an operator who names one; any text will do where undefined. */
  readonly accountIdForm?: AccountIdForm;
  /** The provider's published limit for our client, in requests a minute; undefined where it publishes none. */
  readonly requestsPerMinute?: number;
  /** Spends a refresh token (RFC 6749 section 6). */
  refresh(refreshToken: Secret): Promise<ExchangeAnswer>;
  /**
   * Gets a credential for a known account without any of its tokens, and thereby ends all its other tokens
   * upstream. The last resort.
   */
  recover?(account: KnownAccount): Promise<ExchangeAnswer>;
  /** Creates the upstream account of a subject who has none. */
  provision?(applicant: Applicant): Promise<ExchangeAnswer>;
  /** Asks the provider whether it would still accept this access token. */
  probe?(accessToken: Secret): Promise<'accepted' | 'refused' | 'unreachable'>;
  /** The account as the provider shows it now; `gone` where it has none by that id, or another's. */
  fetchProfile?(account: KnownAccount): Promise<AccountProfile | 'gone' | 'unreachable'>;
  /** Asks the provider whether it accepts our own client, for an operator who wonders. Changes nothing. */
  checkClient?(): Promise<ClientCheck>;
  /** Ends idle connections. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * - `reject`: refuses it, and nothing else happens
 * - `grace`: takes it again for a while, so that a client whose answer was lost may repeat itself
 * - `revoke_family`: refuses it and ends every token that came of the same consent
 */
export type ReuseBehaviour = 'reject' | 'grace' | 'revoke_family';

/** How to tell an account id from a slip. */
export interface AccountIdForm {
  readonly pattern: RegExp;
  /** What it is, fit to stand after "give". */
  readonly meaning: string;
}

/** An upstream account that was ours when we last saw it. */
export interface KnownAccount {
  readonly accountId: string;
  readonly subject: string;
  /** As the profile had it, by which a later account under the same id is told apart; null where unknown. */
  readonly createdAt: string | null;
  /** True where the operator has said that the account is the subject's, and the provider has not shown it since. */
  readonly vouched?: boolean;
}

/** How a provider took our own client. */
export interface ClientCheck {
  readonly verdict: 'accepted' | 'refused' | 'unreachable';
  /** Fit to show the operator. */
  readonly detail: string;
}

/** Whom to create an upstream account for. */
export interface Applicant {
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
}

/** An upstream account as a person would describe it. `null` where the provider has nothing. */
export interface AccountProfile {
  readonly accountId: string;
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
export type ExchangeAnswer =
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
  readonly tokens: TokenAnswer;
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

/** The provider would not take what the caller gave; `fields` are its names in the caller's own request. */
export interface InputRefused extends Failed<'input_refused'> {
  readonly fields: readonly string[];
}

/** Refused for now without having been looked at. */
export interface Throttled extends Failed<'throttled'> {
  /** Milliseconds, where the provider says. */
  readonly retryAfterMs?: number;
}
