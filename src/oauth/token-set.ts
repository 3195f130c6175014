import { Secret } from '../secret.ts';

/** What a token endpoint gave us (RFC 6749 section 5.1), with times made absolute. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Absent where the answer has none; the presented one then stays in force. */
  readonly refreshToken?: Secret;
  /** When the refresh token ends that is in force now, in epoch milliseconds; absent where nothing new is known of it. */
  readonly refreshExpiresAt?: number;
  readonly tokenType: string;
}

const TOKEN_LIMIT_CHARACTERS = 8192;
/** RFC 6749 appendix A.12 and A.17: a token is one or more printable ASCII characters. */
const TOKEN_TEXT = /^[\x20-\x7e]+$/;

/** The token in `value`, or undefined where it is not a string that can travel in a header. */
export function tokenText(value: unknown): Secret | undefined {
  if (typeof value !== 'string' || value.length > TOKEN_LIMIT_CHARACTERS || !TOKEN_TEXT.test(value)) return undefined;
  return new Secret(value);
}

/** Bounds on what a provider may claim about a token's life. All in milliseconds. */
export interface LifetimeBounds {
  /** Assumed where the claim is missing or senseless. */
  readonly fallbackMs: number;
  /** No token is believed to live longer than this. */
  readonly maximumMs: number;
}

/**
 * When a token ends, in epoch milliseconds, from a claimed end. A claim that is not a finite number gets the fallback;
 * one too far ahead is cut: no answer may yield a token that is served for ever.
 *
 * @param askedAt epoch milliseconds at which the call was begun, so that the answer's travel time counts against the token
 */
export function boundedExpiry(claimedEnd: unknown, askedAt: number, bounds: LifetimeBounds): number {
  if (typeof claimedEnd !== 'number' || !Number.isFinite(claimedEnd) || claimedEnd <= 0) {
    return askedAt + bounds.fallbackMs;
  }
  return Math.min(Math.floor(claimedEnd), askedAt + bounds.maximumMs);
}
