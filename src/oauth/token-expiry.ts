import { claimedEnd, claimedLife } from './expiry-claim.ts';
import type { Members } from './token-members.ts';

/** How servers begin the names of members about an access token, the standard first, and about a refresh token. */
const OF_ACCESS = ['', 'access_token_', 'access_', 'token_'];
const OF_REFRESH = ['refresh_token_', 'refresh_', 'x_refresh_token_', 'rt_'];
/** How they end, for a lifetime and for a point in time. Both may hold either: their magnitude tells. */
const LIVES = ['expires_in', 'expire_in'];
const ENDS = [
  ...['expires_at', 'expires_on', 'expires', 'expire_at', 'expired_at', 'expires_time', 'expires_date'],
  ...['expire_time', 'expiry', 'expiry_date', 'expiry_time', 'expiration', 'expiration_date', 'expiration_time'],
  ...['exp', 'valid_until'],
];

/**
 * When a token expires according to the members of its answer, in epoch milliseconds. Undefined if none tells: a
 * lifetime of 0 and a time that is over count as not told.
 *
 * @param places the objects to look in, the nearest to the token first
 * @param askedAt epoch milliseconds at which the call started
 */
export function expiryIn(places: readonly Members[], token: 'access' | 'refresh', askedAt: number): number | undefined {
  const prefixes = token === 'access' ? OF_ACCESS : OF_REFRESH;
  for (const members of places) {
    for (const [endings, read] of [
      [LIVES, claimedLife],
      [ENDS, claimedEnd],
    ] as const) {
      for (const name of prefixes.flatMap((prefix) => endings.map((ending) => prefix + ending))) {
        const end = read(members.get(name), askedAt);
        if (end !== undefined) return end;
      }
    }
  }
  return undefined;
}
