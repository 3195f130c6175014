import type { Secret } from '../secret.ts';
import type { ExchangeResult, ShownAccount } from './exchange-result.ts';

/** How a user authorises us to act for them (RFC 6749 section 4.1). No method rejects. */
export interface Authorization {
  /** Whether the code is bound to a verifier (RFC 7636). A provider that refuses verifiers gets none. */
  readonly usesPkce: boolean;
  /** The provider's `iss` (RFC 9207), compared if the browser brings one; undefined if unknown. */
  readonly issuer: string | undefined;
  /**
   * False if the provider shows no permanent account id, only for instance a user name that may change hands. It is
   * then unknown whether two consents are for the same account, and each is stored as an account of its own.
   */
  readonly identifiesAccounts: boolean;
  /** The redirect URI to name instead of our own, which leads here; undefined for our own. */
  readonly redirectUri?: string | undefined;
  /** The parameters, besides those of the standards, that the browser brings and that {@link redeem} wants. */
  readonly callbackParameters?: readonly string[];
  /** The page to send the user's browser to (RFC 6749 section 4.1.1). */
  pageUrl(request: AuthorizationRequest): string;
  /** Redeems a code (RFC 6749 section 4.1.3). `rejected` means that the code is dead. */
  redeem(grant: CodeGrant): Promise<ExchangeResult>;
  /** Identifies the account of an access token. */
  identify(accessToken: Secret): Promise<Identified>;
}

/** The parameters of an authorization request. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  /** For the method `S256`; undefined if no verifier will follow. */
  readonly codeChallenge: string | undefined;
}

/** The result of a user's consent. */
export interface CodeGrant {
  readonly code: Secret;
  /** The {@link Authorization.callbackParameters} that came with it. The browser's owner may have changed them. */
  readonly callback?: Readonly<Record<string, string>>;
  /** The same as in the authorization request. */
  readonly redirectUri: string;
  readonly codeVerifier: Secret | undefined;
}

/**
 * The account of an access token; no `accountId` if the provider does not identify accounts. `detail` tells the
 * operator why the account is not known, and holds no secret.
 */
export type Identified =
  | { readonly kind: 'known'; readonly accountId: string | undefined; readonly shown: ShownAccount }
  | { readonly kind: 'refused' | 'unreachable'; readonly detail: string };
