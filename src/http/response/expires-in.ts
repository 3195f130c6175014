import { isLongLived } from '../../grants/credential.ts';

/** The remaining life in whole seconds, rounded down. `now` and `expiresAt` are in epoch milliseconds. */
export function expiresIn({ expiresAt }: { readonly expiresAt: number }, now: number): number {
  return Math.max(0, Math.floor((expiresAt - now) / 1000));
}

/**
 * `expires_in` for a response with an access token; left out for one without a known expiry (RFC 6749 section 5.1).
 *
 * @param now epoch milliseconds
 */
export function expiresInIfKnown(token: { readonly expiresAt: number }, now: number): { expires_in?: number } {
  return isLongLived(token) ? {} : { expires_in: expiresIn(token, now) };
}

/**
 * The members of a response that say how long an access token lives, and what comes after it.
 *
 * @param now epoch milliseconds
 */
export function lifeOf(token: { readonly expiresAt: number; readonly renewable: boolean }, now: number) {
  return { ...expiresInIfKnown(token, now), long_lived: isLongLived(token), renewable: token.renewable };
}

/**
 * As {@link lifeOf}, for a response whose members are settled: what a token with an end that can be renewed does not need
 * is left out.
 */
export function oddLifeOf(token: { readonly expiresAt: number; readonly renewable: boolean }, now: number) {
  return {
    ...expiresInIfKnown(token, now),
    ...(isLongLived(token) ? { long_lived: true } : {}),
    ...(token.renewable ? {} : { renewable: false }),
  };
}
