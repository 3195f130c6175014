import type { ReuseBehaviour } from '../provider.ts';

/**
 * Everything that distinguishes one OAuth 2 server (RFC 6749) from another. Times are in seconds, as in the standard
 * and the providers' documentation. Contains no secret.
 */
export interface OAuth2Definition {
  /** Stable, lower case, hyphenated; identifies the provider in the database and in URLs. */
  readonly name: string;
  /** The full URL of the token endpoint. */
  readonly tokenUrl: string;
  /** The URL for refreshing, if it is a different one. */
  readonly refreshUrl?: string;
  /** The revocation endpoint (RFC 7009); absent if there is none. */
  readonly revokeUrl?: string;
  readonly clientId: string;
  /** How the client authenticates at the token endpoint. */
  readonly clientAuth: ClientAuthMethod;
  /** The key of a client that authenticates by `private_key_jwt`. */
  readonly clientKey?: ClientKeyDefinition;
  /** The request format of the token endpoint; `form` is the standard. */
  readonly body: 'form' | 'json';
  /** Headers of every call to the provider, with names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further parameters of the request that redeems a code. */
  readonly tokenParameters?: Readonly<Record<string, string>>;
  /** Further parameters of a refresh. */
  readonly refreshParameters?: Readonly<Record<string, string>>;
  /** The scopes that a refresh asks for; absent to ask for none, which means all that were granted. */
  readonly refreshScopes?: readonly string[];
  /** Further parameters of a revocation. */
  readonly revokeParameters?: Readonly<Record<string, string>>;
  /** What happens if a used refresh token is presented again. */
  readonly onReuse: ReuseBehaviour;
  /** The provider's published limit for one client; absent if it publishes none. */
  readonly requestsPerMinute?: number;
  /** Errors besides the known ones (`known-refusals.ts`) that mean that the presented refresh token is dead. */
  readonly deadGrant?: readonly ErrorSignal[];
  /**
   * Errors besides the known ones, such as `invalid_client`, that are about our client and not about a grant. An error in
   * both lists counts as the client's, because that ends nothing.
   */
  readonly wrongClient?: readonly ErrorSignal[];
  /**
   * Where its responses have the access token, such as `data.access_token`; default: `access_token`, which is also read
   * where the place is empty.
   */
  readonly accessTokenAt?: string;
  /** Where they have the refresh token; default: `refresh_token` beside the access token. */
  readonly refreshTokenAt?: string;
  /** Token types to take although their name says that they are no bearer tokens, such as `dpop`. */
  readonly tokenTypes?: readonly string[];
  /**
   * How long an access token that can be renewed is trusted if the response does not say; default: five minutes. One
   * that nothing can renew is then trusted until it is reported.
   */
  readonly defaultAccessTtlSeconds?: number;
  /** The longest time that a response's word on an access token's lifetime is trusted; default: ten years. */
  readonly longestAccessTtlSeconds?: number;
  /** The lifetime of a refresh token, counted from the response that brings it; absent if it has no known expiry. */
  readonly refreshTtlSeconds?: number;
  /** How long a refresh token may stay unused before it lapses. */
  readonly refreshIdleTtlSeconds?: number;
  /**
   * What of a token answer is handed on beside the tokens: paths in it, and parameters that the browser brought back, as
   * `callback.` and the name. Absent if nothing is.
   */
  readonly handOn?: readonly string[];
  /** How users consent; absent if accounts are only imported. */
  readonly authorization?: OAuth2AuthorizationDefinition;
}

/**
 * How a client authenticates at the token endpoint: with its secret in the `body`; with HTTP `basic` authentication,
 * without form-encoding its parts (`basic_plain`), or with its id in the body besides (`basic_and_id`); with an
 * assertion that its key signs (`private_key_jwt`, RFC 7523); with a certificate (`tls_client_auth`, RFC 8705); or, for a
 * public client, with only its id (`none`).
 */
export type ClientAuthMethod =
  'body' | 'basic' | 'basic_plain' | 'basic_and_id' | 'private_key_jwt' | 'tls_client_auth' | 'none';

/** How a client uses its key; the key itself is kept apart, as secrets are. */
export interface ClientKeyDefinition {
  /** The algorithm (RFC 7518); default: the usual one of the key. */
  readonly alg?: string;
  /** The key's id at the server. */
  readonly kid?: string;
  /** The `aud` of assertions; default: the URL of the endpoint that is called. */
  readonly audience?: string;
}

/** Whether a client that authenticates this way has a secret. */
export function hasSecret(method: ClientAuthMethod): method is 'body' | 'basic' | 'basic_plain' | 'basic_and_id' {
  return method === 'body' || method === 'basic' || method === 'basic_plain' || method === 'basic_and_id';
}

/** Everything known about a server, without a client of ours. */
export interface ReadyDefinition extends Omit<OAuth2Definition, 'name' | 'clientId'> {
  /** Values for names in curly braces in its URLs, such as `{tenant}`; a configuration gives the others. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The page where users consent, and how to identify their account. */
export interface OAuth2AuthorizationDefinition {
  /** The authorization endpoint. */
  readonly url: string;
  readonly scopes: readonly string[];
  /** The separator between scopes; a space is the standard. */
  readonly scopeSeparator?: string;
  /** Additional parameters for the page. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** False if the provider refuses a `code_verifier` (RFC 7636); default: true. */
  readonly pkce?: boolean;
  /** The redirect URI registered with the client, if that is not ours but leads here. */
  readonly redirectUri?: string;
  /** Its `iss` (RFC 9207). */
  readonly issuer?: string;
  readonly account: OAuth2AccountDefinition;
}

/** Where to read about the account of an access token: a source, and paths in its JSON, such as `data.id`. */
export interface OAuth2AccountDefinition {
  /**
   * The source: what `url` answers, or what the redemption of the code has answered (`token_answer`), or the claims of
   * the ID token in that (`id_token`, OpenID Connect Core section 3.1.3.7). Default: `url`.
   */
  readonly from?: 'url' | 'token_answer' | 'id_token';
  /** Asked with the access token; undefined for another source. */
  readonly url?: string;
  /** Default: `GET`. */
  readonly method?: 'GET' | 'POST';
  /** Sent as JSON by `POST`. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Headers of this call alone, with names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A permanent id, a string or an integer; absent if there is none, only for a server without `revokeUrl`. */
  readonly id?: string;
  readonly email?: string;
  readonly username?: string;
  readonly name?: string;
  readonly timeZone?: string;
}

/**
 * An error response, identified by its HTTP status and the code in its `error`. The accompanying texts are for people.
 */
export interface ErrorSignal {
  readonly status: number;
  /** The code, where a number and its digits are the same; absent if the status alone says it. */
  readonly error?: string | number;
  /**
   * The path of the code, for a server that has no `error`: names, and for a list an index or `[]` for any element, such
   * as `errors[].code`.
   */
  readonly at?: string;
}
