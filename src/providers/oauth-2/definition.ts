import type { ReuseBehaviour } from '../provider.ts';

/**
 * All that tells one OAuth 2 server from another. Times are in seconds, as the standard and the providers' own pages have
 * them. It holds no secret.
 */
export interface OAuth2Definition {
  /** Stable, lower case, hyphenated; it names the provider in the database and in URLs. */
  readonly name: string;
  /** The whole URL of the token endpoint. */
  readonly tokenUrl: string;
  /** The one for refreshing, where that is another. */
  readonly refreshUrl?: string;
  /** The revocation endpoint (RFC 7009); left out where there is none. */
  readonly revokeUrl?: string;
  readonly clientId: string;
  /**
   * How the client authenticates at the token endpoint: its secret in the `body`, by HTTP `basic` authentication, or, for a
   * public client, by nothing but its id (`none`).
   */
  readonly clientAuth: 'body' | 'basic' | 'none';
  /** What the token endpoint takes; `form` is the standard's. */
  readonly body: 'form' | 'json';
  /** What happens where a spent refresh token is presented again. */
  readonly onReuse: ReuseBehaviour;
  /** The provider's published limit for one client; left out where it publishes none. */
  readonly requestsPerMinute?: number;
  /** Refusals that mean that the presented refresh token is dead, besides `invalid_grant`. */
  readonly deadGrant?: readonly ErrorSignal[];
  /**
   * Refusals that are about our client and not about any grant, besides `invalid_client` and `unauthorized_client`. Where a
   * refusal is listed as both, it is the client's: that ends nothing.
   */
  readonly wrongClient?: readonly ErrorSignal[];
  /** How long an access token is trusted where the answer doesn't say; five minutes unless given. */
  readonly defaultAccessTtlSeconds?: number;
  /** No access token is trusted for longer, whatever the answer says; a day unless given. */
  readonly longestAccessTtlSeconds?: number;
  /** How long a refresh token lives from the answer that brings it; left out where it has no known end. */
  readonly refreshTtlSeconds?: number;
  /** How long a refresh token may rest before it lapses, where each use of it counts anew. */
  readonly refreshIdleTtlSeconds?: number;
  /** How users consent; left out where accounts are only ever imported. */
  readonly authorization?: OAuth2AuthorizationDefinition;
}

/** All that is known of a server without a client of ours there. */
export type ReadyDefinition = Omit<OAuth2Definition, 'name' | 'clientId'>;

/** The page where users consent, and how to learn who did. */
export interface OAuth2AuthorizationDefinition {
  /** The authorization endpoint. */
  readonly url: string;
  readonly scopes: readonly string[];
  /** What stands between scopes; a space is the standard's. */
  readonly scopeSeparator?: string;
  /** More that the page wants to be told. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** False where the provider refuses a `code_verifier`; true unless given. */
  readonly pkce?: boolean;
  /** What it calls itself in `iss` (RFC 9207). */
  readonly issuer?: string;
  readonly account: OAuth2AccountDefinition;
}

/** Where an access token's account is described: a URL, and where in its JSON things stand, as `data.id`. */
export interface OAuth2AccountDefinition {
  readonly url: string;
  /** A text or a whole number that never changes hands; left out where there is none, for a server without `revokeUrl`. */
  readonly id?: string;
  readonly email?: string;
  readonly username?: string;
  readonly name?: string;
  readonly timeZone?: string;
}

/** A refusal, known by its HTTP status and the code in its `error`. The texts beside them are for people. */
export interface ErrorSignal {
  readonly status: number;
  readonly error: string;
  /** Where the code stands, for a server that has no `error`. */
  readonly at?: string;
}

/** The standard has 400 and allows 401 (RFC 6749 section 5.2); which one comes with which code differs by provider. */
const REFUSAL_STATUSES = [400, 401];

/** What says that a refresh token is dead at any server that keeps to the standard. */
export const STANDARD_DEAD_GRANT = refusals('invalid_grant');

/** What says that a server has something against our client. */
export const STANDARD_WRONG_CLIENT = refusals('invalid_client', 'unauthorized_client');

function refusals(...errors: string[]): readonly ErrorSignal[] {
  return errors.flatMap((error) => REFUSAL_STATUSES.map((status) => ({ status, error })));
}
