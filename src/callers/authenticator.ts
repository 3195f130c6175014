import { API_KEY_PREFIX, type ApiKeyStore } from './api-key.ts';
import type { Caller } from './caller.ts';
import { createApiKeyCheck } from './check-api-key.ts';
import { createJwtCheck } from './jwt/check-jwt.ts';
import { type CredentialHeaders, readCredential } from './presented-credential.ts';
import type { JwtTrust } from './jwt/jwt-trust.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

export type { CredentialHeaders as Credentials } from './presented-credential.ts';
export { TrustUnavailableError } from './trust-unavailable-error.ts';
export { UnauthenticatedError, type UnauthenticatedCode } from './unauthenticated-error.ts';

/** Tells who is calling. */
export interface Authenticator {
  /**
   * Rejects with an UnauthenticatedError where the caller is to blame, with a TrustUnavailableError where keys can't be
   * fetched, and with the store's own error where the store fails.
   */
  authenticate(credentials: CredentialHeaders): Promise<Caller>;
  /** Call it when an API key is revoked: this instance then refuses it at once, others within 5 seconds. */
  forget(keyId: string): void;
  /** Resolves when the keys that JWTs are checked with are at hand; rejects with a TrustUnavailableError. */
  checkTrust(): Promise<void>;
}

/** What an authenticator is made of. */
export interface AuthenticatorOptions {
  /** Unset, only API keys are accepted. */
  readonly jwt?: JwtTrust | undefined;
  readonly apiKeys: ApiKeyStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Throws a TypeError or RangeError at once where a key of the trust is unusable. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const apiKeys = createApiKeyCheck(options.apiKeys, options.now);
  const jwts = options.jwt === undefined ? undefined : createJwtCheck(options.jwt, options.now);
  return {
    authenticate: async (credentials) => {
      const { value, from } = readCredential(credentials);
      if (from === 'x-api-key' || value.startsWith(API_KEY_PREFIX)) return apiKeys.check(value);
      if (jwts === undefined) throw onlyApiKeys();
      return jwts.check(value);
    },
    forget: (keyId) => {
      apiKeys.forget(keyId);
    },
    checkTrust: async () => jwts?.checkTrust(),
  };
}

function onlyApiKeys(): UnauthenticatedError {
  return new UnauthenticatedError(
    'credentials_invalid',
    'This service trusts no issuer of JWTs yet, so only API keys are accepted. Send one, or ask the operator to name the issuer.',
  );
}
