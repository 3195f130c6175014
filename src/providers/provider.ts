import type { LifetimeBounds } from '../oauth/tokens/token-set.ts';
import type { Secret } from '../secret.ts';
import type { AccountProfile, ExchangeResult, KeptAnswer } from './exchange-result.ts';
import type { Authorization, Identified } from './authorization.ts';

export type * from './exchange-result.ts';

/**
 * One way of reaching one API. Only `refresh` is required; the rest extends what the keeper can repair by itself. No
 * method rejects: whatever happens upstream is an {@link ExchangeResult}.
 */
export interface Provider {
  /** Stable, lower case, hyphenated; identifies the provider in the database and in URLs. */
  readonly name: string;
  /** The title shown to people. */
  readonly title: string;
  /**
   * The provider and our client there. Grants of one realm mean nothing in another: a second client at the same
   * provider has users, tokens and account ids of its own. Starts with the provider's name and a space.
   */
  readonly realm: string;
  /** What the provider does if a used refresh token is presented again; default: `reject`. */
  readonly onReuse?: ReuseBehaviour;
  /** The form of its account ids, for operators who enter one; if undefined, any text is accepted. */
  readonly accountIdForm?: AccountIdForm;
  /** Reads the claims of a token; absent if tokens are opaque. Undefined for a token that cannot be read. */
  readToken?(token: Secret): TokenClaims | undefined;
  /** What is believed of the lifetime of its access tokens; if undefined, whatever is stated, and no guess. */
  readonly accessLifetime?: LifetimeBounds;
  /** Reads answers that were kept because nobody could read them; absent if none is ever kept. */
  readonly reader?: AnswerReader;
  /** The provider's published limit for our client, in requests per minute; undefined if it publishes none. */
  readonly requestsPerMinute?: number;
  /** True if imported tokens are confirmed by `identify` before the first of them is handed out. */
  readonly confirmsImports?: boolean;
  /** Exchanges a refresh token (RFC 6749 section 6). */
  refresh(refreshToken: Secret): Promise<ExchangeResult>;
  /**
   * Gets a credential for a known account without any of its tokens, which ends all its other tokens upstream. The last
   * resort.
   */
  recover?(account: KnownAccount): Promise<ExchangeResult>;
  /** Creates the upstream account for a subject that has none. */
  provision?(applicant: Applicant): Promise<ExchangeResult>;
  /** True if creating an account requires an e-mail address. */
  readonly needsEmail?: boolean;
  /** True if provisioning an existing account returns new tokens for it, and perhaps ends the previous ones. */
  readonly provisionsAgain?: boolean;
  /** How a user consents; undefined if accounts are created by us or imported. */
  readonly authorization?: Authorization;
  /** Revokes a consent and all tokens issued under it (RFC 7009). One that has already ended is `revoked` as well. */
  revoke?(credential: Revocable): Promise<Revoked>;
  /** Issues tokens that a web page can hold instead of an access token; absent if the provider has none. */
  readonly frontendTokens?: FrontendTokenIssuer;
  /** Asks the provider whose this access token is; absent if it doesn't tell. Changes nothing there. */
  identify?(accessToken: Secret): Promise<Identified>;
  /** Asks the provider whether it still accepts this access token. */
  probe?(accessToken: Secret): Promise<'accepted' | 'refused' | 'unreachable'>;
  /**
   * The account as the provider shows it now; `gone` if it has none with that id, or the id now belongs to another
   * account.
   */
  fetchProfile?(account: KnownAccount): Promise<AccountProfile | 'gone' | 'unreachable'>;
  /** Asks the provider whether it accepts our client, for the operator. Changes nothing. */
  checkClient?(): Promise<ClientCheck>;
  /**
   * Asks every endpoint of the provider, with made-up tokens and codes only, for the operator. Changes nothing.
   *
   * @param redirectUri ours at this provider
   */
  examine?(redirectUri: string): AsyncIterable<ExaminationStep>;
  /** Closes idle connections. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * What a provider does if a used refresh token is presented again:
 * - `reject`: refuses it, with no other effect
 * - `grace`: accepts it for a while, so that a client that lost the answer may repeat the request
 * - `revoke_family`: refuses it and ends every token issued under the same consent
 * - `accept`: accepts it any number of times, as it is not spent by being used
 */
export type ReuseBehaviour = 'reject' | 'grace' | 'accept' | 'revoke_family';

/** Reads kept answers as the provider's methods read fresh ones. It asks nobody. */
export interface AnswerReader {
  /** Another one wherever the reader may come to another result. */
  readonly fingerprint: string;
  /** @param asked the method whose answer it is */
  read(kept: KeptAnswer, asked: 'refresh' | 'recover' | 'provision'): ExchangeResult;
}

/** How to tell a valid account id from a typing error. */
export interface AccountIdForm {
  readonly pattern: RegExp;
  /** What it is, in words that fit after "give". */
  readonly meaning: string;
}

/**
 * The claims of a token, as far as it has them. The signature is not checked, so they only protect against mistakes.
 */
export interface TokenClaims {
  readonly use: 'access' | 'refresh' | undefined;
  readonly accountId: string | undefined;
  /** False if it was issued to another client. */
  readonly isOurs: boolean | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number | undefined;
}

/** An upstream account that was ours when last seen. */
export interface KnownAccount {
  readonly accountId: string;
  readonly subject: string;
  /** The creation time in the profile, which tells a later account with the same id apart; null if unknown. */
  readonly createdAt: string | null;
  /** True if the operator has assigned the account to the subject, and the provider has not shown it since. */
  readonly vouched?: boolean;
}

/** A credential of the consent to revoke. */
export interface Revocable {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
}

/**
 * The result of a revocation: done, or `refused` by an answer that will hardly change, or `unreachable` for now.
 * `detail` is for the operator, as {@link Failed.detail} is.
 */
export type Revoked =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'refused' | 'unreachable'; readonly detail: string; readonly retryAfterMs?: number };

/** Whether a provider accepts our client. */
export interface ClientCheck {
  /** `unclear` if the provider answers, in words that we do not know. */
  readonly verdict: 'accepted' | 'refused' | 'unclear' | 'unreachable';
  /** Can be shown to the operator. */
  readonly detail: string;
}

/** What one step of an examination has found. */
export interface ExaminationStep {
  readonly step: string;
  readonly verdict: 'good' | 'odd' | 'bad';
  /** What was found, and what to write into the definition if it is not good; can be shown to the operator. */
  readonly detail: string;
}

/** Whom to create an upstream account for. */
export interface Applicant {
  readonly subject: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** An IANA time zone name. */
  readonly timeZone: string;
}

/** Issues frontend tokens. */
export interface FrontendTokenIssuer {
  /** All permissions that can be requested, in the provider's own terms. */
  readonly permissions: readonly string[];
  issue(request: FrontendTokenRequest): Promise<FrontendTokenAnswer>;
}

/** A request for a frontend token: the account, the page and its permissions. */
export interface FrontendTokenRequest {
  readonly accountId: string;
  /** The origin of the page (RFC 6454). */
  readonly origin: string;
  /** A subset of {@link FrontendTokenIssuer.permissions}. */
  readonly permissions: readonly string[];
}

/**
 * The result of a request for a frontend token:
 * - `account_refused`: the provider knows of no consent for this account
 * - `input_refused`: it refused the input; `fields` are the refused fields of {@link FrontendTokenRequest}
 */
export type FrontendTokenAnswer =
  | { readonly kind: 'issued'; readonly frontendToken: FrontendToken }
  | { readonly kind: 'account_refused' | 'client_refused' }
  | { readonly kind: 'unreachable'; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'input_refused'; readonly fields: readonly string[] };

/** A token that is valid only on one web page's origin. */
export interface FrontendToken {
  readonly token: Secret;
  readonly origin: string;
  readonly permissions: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}
