import { Secret } from '../../secret.ts';

/** The tokens of a token response (RFC 6749 section 5.1), with absolute times. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /**
   * True if the response states no expiry. `expiresAt` is then a guess that may cost a renewal, but must never end a
   * token that nothing can renew.
   */
  readonly isExpiryGuessed?: true;
  /** Absent if the response has none; the presented one then remains valid. */
  readonly refreshToken?: Secret;
  /** When the refresh token that is now valid expires, in epoch milliseconds; absent if nothing new is known. */
  readonly refreshExpiresAt?: number;
  readonly tokenType: string;
  /**
   * What the answer said besides, as far as it is handed on: see `provider-data.ts`. Absent if nothing ever is; an empty
   * object if this answer said nothing of it.
   */
  readonly providerData?: Secret;
}

/** The longest token that is taken. */
export const TOKEN_LIMIT_CHARACTERS = 64 * 1024;
/** RFC 6749 appendix A.12 and A.17: a token is one or more printable ASCII characters. */
const TOKEN_TEXT = /^[\x20-\x7e]+$/;

/** The token in `value`; undefined if it is not a string that can be sent in a header. */
export function tokenText(value: unknown): Secret | undefined {
  if (typeof value !== 'string' || value.length > TOKEN_LIMIT_CHARACTERS || !TOKEN_TEXT.test(value)) return undefined;
  return new Secret(value);
}

/** The longest lifetime in milliseconds that is believed of any token: ten years. */
export const LONGEST_BELIEVED_MS = 10 * 365 * 86_400_000;
/**
 * The token in a member of a response, without white space around it. Undefined if there is none: an empty text,
 * `null` and `false` say so. `odd` if there is something that cannot be sent in a header.
 */
export function readToken(value: unknown): Secret | 'odd' | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  const text = typeof value === 'string' ? value.trim() : undefined;
  return text === '' ? undefined : (tokenText(text) ?? 'odd');
}

/** Limits for the token lifetime that a provider claims, in milliseconds. */
export interface LifetimeBounds {
  /** Used if the claim is missing or invalid. */
  readonly fallbackMs: number;
  /** The longest lifetime that is believed. */
  readonly maximumMs: number;
}

/**
 * The expiry of a token in epoch milliseconds, from the claimed expiry. A claim that is not a positive finite number
 * gets the fallback; one too far ahead is cut, so that no response yields a token that is served forever.
 *
 * @param claimedEnd the claimed expiry, in epoch milliseconds
 * @param askedAt epoch milliseconds at which the call started, so that the travel time counts against the token
 */
export function boundedExpiry(claimedEnd: unknown, askedAt: number, bounds: LifetimeBounds): number {
  if (!isStated(claimedEnd)) return askedAt + bounds.fallbackMs;
  return Math.min(Math.floor(claimedEnd), askedAt + bounds.maximumMs);
}

/**
 * The expiry as a part of a {@link TokenSet}: as {@link boundedExpiry}, and whether it is a guess.
 *
 * @param claimedEnd the claimed expiry, in epoch milliseconds
 * @param askedAt epoch milliseconds at which the call started
 */
export function expiryOf(
  claimedEnd: unknown,
  askedAt: number,
  bounds: LifetimeBounds,
): Pick<TokenSet, 'expiresAt' | 'isExpiryGuessed'> {
  const expiresAt = boundedExpiry(claimedEnd, askedAt, bounds);
  return isStated(claimedEnd) ? { expiresAt } : { expiresAt, isExpiryGuessed: true };
}

function isStated(claimedEnd: unknown): claimedEnd is number {
  return typeof claimedEnd === 'number' && Number.isFinite(claimedEnd) && claimedEnd > 0;
}
