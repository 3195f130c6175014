/** When upkeep sees to a credential, in epoch milliseconds; undefined where there is no need. */
export interface Schedule {
  /** From when on its access token is renewed ahead of its end, if anybody uses it. */
  readonly renewAt: number;
  /** From when on its refresh token is exchanged lest it lapse, used or not. */
  readonly lapseAt: number | undefined;
}

/** The longest that upkeep is ever early, in milliseconds: what is due lies within these of its end. */
export const MOST_AHEAD_MS = { access: 30 * 60_000, refresh: 7 * 86_400_000 };

/** The share of a life that is left when upkeep begins to look at it, before it is spread. */
const SHARE_AHEAD = 0.1;
const GOLDEN_RATIO = 0.618_033_988_749_895;

/**
 * A tenth to a fifth of a life before its end: well ahead of the last minute, in which callers renew by themselves. Spread
 * by the exchange's number, so that tokens obtained together aren't renewed together, and all instances agree.
 *
 * @param tokens ends in epoch milliseconds; no `refreshExpiresAt` where a refresh would not put it off
 */
export function scheduleOf(
  exchangeId: number,
  obtainedAt: number,
  tokens: { readonly expiresAt: number; readonly refreshExpiresAt?: number | undefined },
): Schedule {
  // Multiples of the golden ratio, less their whole part, lie evenly wherever one begins to count.
  const spread = 1 + ((exchangeId * GOLDEN_RATIO) % 1);
  const ahead = (end: number, mostMs: number) =>
    Math.floor(end - spread * Math.min(mostMs / 2, Math.max(0, end - obtainedAt) * SHARE_AHEAD));
  return {
    renewAt: ahead(tokens.expiresAt, MOST_AHEAD_MS.access),
    lapseAt: tokens.refreshExpiresAt && ahead(tokens.refreshExpiresAt, MOST_AHEAD_MS.refresh),
  };
}
