import { isLongLived } from '../credential.ts';

/**
 * When upkeep renews a credential, in epoch milliseconds. It is computed by the code that hands an answer to a store;
 * the store only keeps it.
 */
export interface Schedule {
  /** From this time on the access token is renewed before it expires, if it is in use. */
  readonly renewAt: number;
  /**
   * From this time on the refresh token is exchanged so that it does not lapse, whether in use or not; undefined if
   * there is no need.
   */
  readonly lapseAt: number | undefined;
  /**
   * From this time on it is reported that the access token ends, if nothing can renew it; undefined if it has no
   * expiry.
   */
  readonly reportAt?: number | undefined;
}

/** How far ahead of the expiry upkeep acts at most, in milliseconds. */
export const MOST_AHEAD_MS = { access: 30 * 60_000, refresh: 7 * 86_400_000 };

/** The share of the lifetime that is left when upkeep becomes due, before jitter. */
const SHARE_AHEAD = 0.1;
/**
 * A refresh token of seconds needs more: upkeep looks every two seconds, and whoever comes late has lost the grant. In
 * milliseconds, before jitter; but no more than a quarter of the lifetime.
 */
const LEAST_AHEAD_OF_LAPSE_MS = 5_000;

/**
 * Schedules the renewal a tenth to a fifth of the lifetime before the expiry: well before the last minute, in which
 * callers renew by themselves; for a refresh token of less than a minute, earlier. Jitter comes from a random text, so that tokens obtained together are not renewed
 * together.
 *
 * @param drawn the exchange's nonce, or another unique random text
 * @param obtainedAt epoch milliseconds
 * @param tokens expiry times in epoch milliseconds; no `refreshExpiresAt` if a refresh would not postpone it
 */
export function renewalSchedule(
  drawn: string,
  obtainedAt: number,
  tokens: { readonly expiresAt: number; readonly refreshExpiresAt?: number | undefined },
): Schedule {
  const spread = 1 + fraction(drawn);
  const ahead = (end: number, mostMs: number, leastMs = 0) => {
    const life = Math.max(0, end - obtainedAt);
    return Math.floor(end - spread * Math.min(mostMs / 2, Math.max(life * SHARE_AHEAD, Math.min(leastMs, life / 4))));
  };
  return {
    reportAt: isLongLived(tokens) ? undefined : ahead(tokens.expiresAt, MOST_AHEAD_MS.refresh),
    renewAt: ahead(tokens.expiresAt, MOST_AHEAD_MS.access),
    lapseAt: tokens.refreshExpiresAt && ahead(tokens.refreshExpiresAt, MOST_AHEAD_MS.refresh, LEAST_AHEAD_OF_LAPSE_MS),
  };
}

/** Maps random texts evenly to 0 up to 1: 32-bit FNV-1a, which gives the same result on all machines. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
