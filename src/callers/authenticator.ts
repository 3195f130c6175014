import { API_KEY_PREFIX, type ApiKeyStore } from './api-key.ts';
import type { Caller } from './caller.ts';
import { createApiKeyCheck } from './check-api-key.ts';
import type { JwtCheck } from './jwt/check-jwt.ts';
import { type CredentialHeaders, readCredential } from './presented-credential.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';

export type { CredentialHeaders as Credentials } from './presented-credential.ts';
export { TrustUnavailableError } from './trust-unavailable-error.ts';
export { UnauthenticatedError, type UnauthenticatedCode } from './unauthenticated-error.ts';

/** Identifies callers. */
export interface Authenticator {
  /**
   * Identifies the caller by its credential.
   *
   * @throws UnauthenticatedError if the caller is to blame
   * @throws TrustUnavailableError if keys cannot be fetched
   * @throws the store's error if the store fails
   */
  authenticate(credentials: CredentialHeaders): Promise<Caller>;
  /** Call it when an API key is revoked: this instance then refuses the key at once, others within 5 seconds. */
  forget(keyId: string): void;
  /**
   * Resolves when the keys for checking JWTs are available.
   *
   * @throws TrustUnavailableError if they cannot be fetched
   */
  checkTrust(): Promise<void>;
}

/** Configures {@link createAuthenticator}. */
export interface AuthenticatorOptions {
  /** If unset, only API keys are accepted. */
  readonly jwts?: JwtCheck | undefined;
  readonly apiKeys: ApiKeyStore;
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
}

/** Creates an authenticator for API keys and, if it is given their check, JWTs. */
export function createAuthenticator({ jwts, ...options }: AuthenticatorOptions): Authenticator {
  const apiKeys = createApiKeyCheck(options.apiKeys, options.now);
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
