/**
 * When upkeep sees to a credential, in epoch milliseconds; undefined where there is no need. It is decided here, by whoever
 * hands an answer to a store, which merely keeps it.
 */
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

/**
 * A tenth to a fifth of a life before its end: well ahead of the last minute, in which callers renew by themselves. Spread
 * by a text drawn by chance, so that tokens obtained together aren't renewed together.
 *
 * @param drawn the exchange's nonce, or another text that nobody else has
 * @param tokens ends in epoch milliseconds; no `refreshExpiresAt` where a refresh would not put it off
 */
export function renewalSchedule(
  drawn: string,
  obtainedAt: number,
  tokens: { readonly expiresAt: number; readonly refreshExpiresAt?: number | undefined },
): Schedule {
  const spread = 1 + fraction(drawn);
  const ahead = (end: number, mostMs: number) =>
    Math.floor(end - spread * Math.min(mostMs / 2, Math.max(0, end - obtainedAt) * SHARE_AHEAD));
  return {
    renewAt: ahead(tokens.expiresAt, MOST_AHEAD_MS.access),
    lapseAt: tokens.refreshExpiresAt && ahead(tokens.refreshExpiresAt, MOST_AHEAD_MS.refresh),
  };
}

/** Evenly between 0 and 1 for texts drawn by chance: 32-bit FNV-1a, which all machines reckon alike. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
