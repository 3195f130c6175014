import type { Secret } from '../secret.ts';
import type { ExchangeResult, ShownAccount } from './exchange-result.ts';

/** How a user consents that we act for them (RFC 6749 section 4.1). No method rejects. */
export interface Authorization {
  /** Whether the code is bound to a verifier (RFC 7636). A provider that refuses one gets none. */
  readonly usesPkce: boolean;
  /** What the provider calls itself in `iss` (RFC 9207), compared where the browser brings one; undefined where unknown. */
  readonly issuer: string | undefined;
  /**
   * False where the provider shows no id of an account that never changes hands, as a user name may. Then nothing tells that
   * two consents are of one account, and each is kept as an account of its own.
   */
  readonly identifiesAccounts: boolean;
  /** The page to send the user's browser to. */
  pageUrl(request: AuthorizationRequest): string;
  /** Spends a code. `rejected` means that the code is dead. */
  redeem(grant: CodeGrant): Promise<ExchangeResult>;
  /** Whose access token this is. */
  identify(accessToken: Secret): Promise<Identified>;
}

/** What a user is asked to consent to. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  /** Of the method `S256`; undefined where no verifier will come. */
  readonly codeChallenge: string | undefined;
}

/** What a user's consent brought. */
export interface CodeGrant {
  readonly code: Secret;
  /** The same as in the request for it. */
  readonly redirectUri: string;
  readonly codeVerifier: Secret | undefined;
}

/**
 * Whose an access token is; without an `accountId` where the provider doesn't identify accounts. `detail` says why it isn't
 * known, for the operator, and holds no secret.
 */
export type Identified =
  | { readonly kind: 'known'; readonly accountId: string | undefined; readonly shown: ShownAccount }
  | { readonly kind: 'refused' | 'unreachable'; readonly detail: string };
