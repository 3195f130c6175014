import { decodeJwt } from 'jose';

/** Whom an ID token must be for, and who must have issued it; no issuer accepts any. */
export interface IdTokenTrust {
  readonly audience: string;
  readonly issuer: string | undefined;
}

/**
 * The claims of an ID token; undefined if it cannot be read, or is for another client or of another issuer. Its signature
 * is not checked: call this only for a token that came from the token endpoint over TLS, which vouches for it (OpenID
 * Connect Core section 3.1.3.7 point 6).
 */
export function idTokenClaims(
  token: unknown,
  { audience, issuer }: IdTokenTrust,
): Readonly<Record<string, unknown>> | undefined {
  if (typeof token !== 'string') return undefined;
  try {
    const claims = decodeJwt(token);
    const isForUs = [claims.aud].flat().includes(audience);
    return isForUs && (issuer === undefined || claims.iss === issuer) ? claims : undefined;
  } catch {
    return undefined;
  }
}
