import type { Secret } from '../../secret.ts';

/** Whose JWTs are believed, and how they are read. At least one of `secret`, `publicKey` and `jwksUrl` is set. */
export interface JwtTrust {
  /** For HS256, and nothing else; at least 32 bytes (RFC 7518 section 3.2). */
  readonly secret?: Secret | undefined;
  /** PEM (SPKI) or the JSON text of a JWK; RSA of 2048 bits or more, P-256 or Ed25519. Decides the algorithms. */
  readonly publicKey?: string | undefined;
  /** Where the issuer publishes its keys (RFC 7517 section 5). */
  readonly jwksUrl?: string | undefined;
  /** Compared to the letter with `iss`; unset, `iss` is not looked at. */
  readonly issuer?: string | undefined;
  /** Must be, or be in, `aud`; unset, `aud` is not looked at. */
  readonly audience?: string | undefined;
  /** Default `sub`; `user_id` for Django SimpleJWT. */
  readonly subjectClaim?: string | undefined;
  /** Default `email`. */
  readonly emailClaim?: string | undefined;
  /** Default `name`. */
  readonly nameClaim?: string | undefined;
}
