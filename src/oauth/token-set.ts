import { Secret } from '../secret.ts';

/** The tokens of a token response (RFC 6749 section 5.1), with absolute times. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
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

const TOKEN_LIMIT_CHARACTERS = 8192;
/** RFC 6749 appendix A.12 and A.17: a token is one or more printable ASCII characters. */
const TOKEN_TEXT = /^[\x20-\x7e]+$/;

/** The token in `value`; undefined if it is not a string that can be sent in a header. */
export function tokenText(value: unknown): Secret | undefined {
  if (typeof value !== 'string' || value.length > TOKEN_LIMIT_CHARACTERS || !TOKEN_TEXT.test(value)) return undefined;
  return new Secret(value);
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
  if (typeof claimedEnd !== 'number' || !Number.isFinite(claimedEnd) || claimedEnd <= 0) {
    return askedAt + bounds.fallbackMs;
  }
  return Math.min(Math.floor(claimedEnd), askedAt + bounds.maximumMs);
}
