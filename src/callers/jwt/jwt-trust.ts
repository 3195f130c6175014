import type { Secret } from '../../secret.ts';

/** Which JWTs are trusted and how they are read. At least one of `secret`, `publicKey` and `jwksUrl` is set. */
export interface JwtTrust {
  /** For HS256 only; at least 32 bytes (RFC 7518 section 3.2). */
  readonly secret?: Secret | undefined;
  /** PEM (SPKI) or the JSON text of a JWK: RSA of 2048 bits or more, P-256 or Ed25519. It determines the algorithms. */
  readonly publicKey?: string | undefined;
  /** The URL where the issuer publishes its keys (RFC 7517 section 5). */
  readonly jwksUrl?: string | undefined;
  /** Fetches it; default: the global `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Must equal `iss` exactly; if unset, `iss` is ignored. */
  readonly issuer?: string | undefined;
  /** Must equal `aud` or be contained in it; if unset, `aud` is ignored. */
  readonly audience?: string | undefined;
  /** Default `sub`; `user_id` for Django SimpleJWT. */
  readonly subjectClaim?: string | undefined;
  /** Default `email`. */
  readonly emailClaim?: string | undefined;
  /** Default `name`. */
  readonly nameClaim?: string | undefined;
}
