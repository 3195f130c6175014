import type { Secret } from '../secret.ts';
import type { AccountProfile, ExchangeResult } from './exchange-result.ts';
import type { Authorization } from './authorization.ts';

export type * from './exchange-result.ts';

/**
 * One way of reaching one API. `refresh` is all a provider must do; the rest are extras that change what the keeper
 * can repair by itself. No method rejects: whatever happens upstream is an {@link ExchangeResult}.
 */
export interface Provider {
  /** Stable, lower case, hyphenated; it names the provider in the database and in URLs. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /**
   * The provider and our client there. Grants of one realm mean nothing in another: a second client at the same
   * provider has users, tokens and account ids of its own. It begins with the provider's name and a space.
   */
  readonly realm: string;
  /** What the provider does where a spent refresh token comes again; `reject` unless given. */
  readonly onReuse?: ReuseBehaviour;
  /** What its account ids look like, for an operator who names one; any text will do where undefined. */
  readonly accountIdForm?: AccountIdForm;
  /** What a token says of itself; left out where tokens are opaque. Undefined for one that can't be read. */
  readToken?(token: Secret): TokenClaims | undefined;
  /** The provider's published limit for our client, in requests a minute; undefined where it publishes none. */
  readonly requestsPerMinute?: number;
  /** Spends a refresh token (RFC 6749 section 6). */
  refresh(refreshToken: Secret): Promise<ExchangeResult>;
  /**
   * Gets a credential for a known account without any of its tokens, and thereby ends all its other tokens
   * upstream. The last resort.
   */
  recover?(account: KnownAccount): Promise<ExchangeResult>;
  /** Creates the upstream account of a subject who has none. */
  provision?(applicant: Applicant): Promise<ExchangeResult>;
  /** True where no account can be created without an e-mail. */
  readonly needsEmail?: boolean;
  /** True where provisioning an account that is there gives new tokens of it, and perhaps ends those before. */
  readonly provisionsAgain?: boolean;
  /** How a user consents; undefined where accounts are made or imported. */
  readonly authorization?: Authorization;
  /** Ends a consent with every token that came of it (RFC 7009). One that is over already is `revoked` as well. */
  revoke?(credential: Revocable): Promise<'revoked' | 'refused' | 'unreachable'>;
  /** What a web page may hold in place of an access token; left out where the provider has no such thing. */
  readonly frontendTokens?: FrontendTokenIssuer;
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

/** What a token says of itself, each where it does. Nobody has checked its signature, so it is good against slips alone. */
export interface TokenClaims {
  readonly use: 'access' | 'refresh' | undefined;
  readonly accountId: string | undefined;
  /** False where it was given to another client. */
  readonly isOurs: boolean | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number | undefined;
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

/** A credential of the consent that is to end. */
export interface Revocable {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
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
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  /** IANA name. */
  readonly timeZone: string;
}

/** Makes frontend tokens. */
export interface FrontendTokenIssuer {
  /** All that may be asked for, in the provider's own words. */
  readonly permissions: readonly string[];
  issue(request: FrontendTokenRequest): Promise<FrontendTokenAnswer>;
}

/** What a web page wants to do, and for whose account. */
export interface FrontendTokenRequest {
  readonly accountId: string;
  /** Of the page (RFC 6454). */
  readonly origin: string;
  /** Of those that the provider knows. */
  readonly permissions: readonly string[];
}

/**
 * What came of asking for a frontend token:
 * - `account_refused`: the provider knows of no consent of this account
 * - `input_refused`: it would not take what was asked; `fields` are those of {@link FrontendTokenRequest} that it refused
 */
export type FrontendTokenAnswer =
  | { readonly kind: 'issued'; readonly frontendToken: FrontendToken }
  | { readonly kind: 'account_refused' | 'client_refused' }
  | { readonly kind: 'unreachable'; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'input_refused'; readonly fields: readonly string[] };

/** A token that is good on one web page's origin alone. */
export interface FrontendToken {
  readonly token: Secret;
  readonly origin: string;
  readonly permissions: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}
