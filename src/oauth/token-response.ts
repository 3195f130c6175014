import { jsonMember } from './json-member.ts';
import { boundedExpiry, tokenText, type LifetimeBounds, type TokenSet } from './token-set.ts';

const LONGEST_REFRESH_MS = 10 * 365 * 86_400_000;

/** What is known about a provider's tokens apart from its responses. */
export interface TokenLifetimes {
  readonly access: LifetimeBounds;
  /** Milliseconds from the response that brings a refresh token to its expiry; undefined if it has no known expiry. */
  readonly refreshMs?: number | undefined;
  /** Milliseconds without use after which a refresh token lapses; undefined if it does not lapse that way. */
  readonly refreshIdleMs?: number | undefined;
}

/**
 * The tokens in a token response (RFC 6749 section 5.1); undefined if it has no access token that works as a bearer
 * token, or a refresh token that nobody can use: to drop that one would be to lose the grant. Unknown members are
 * ignored.
 *
 * @param askedAt epoch milliseconds at which the call started
 */
export function tokenResponse(json: unknown, askedAt: number, lifetimes: TokenLifetimes): TokenSet | undefined {
  const accessToken = tokenText(jsonMember(json, 'access_token'));
  if (accessToken === undefined || !isBearer(jsonMember(json, 'token_type'))) return undefined;
  const refreshToken = tokenText(jsonMember(json, 'refresh_token'));
  if (refreshToken === undefined && isSent(jsonMember(json, 'refresh_token'))) return undefined;
  const refreshExpiresAt = refreshEnd(json, refreshToken !== undefined, askedAt, lifetimes);
  return {
    accessToken,
    expiresAt: boundedExpiry(claimedEnd(jsonMember(json, 'expires_in'), askedAt), askedAt, lifetimes.access),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    tokenType: 'Bearer',
  };
}

/** Which part of a response without usable tokens is to blame, for a person who looks into it. */
export type UnreadReason = 'no_access_token' | 'odd_refresh_token' | 'odd_token_type' | 'no_account';

/** Why {@link tokenResponse} finds no usable tokens here. */
export function whyUnread(json: unknown): UnreadReason {
  if (tokenText(jsonMember(json, 'access_token')) === undefined) return 'no_access_token';
  return isBearer(jsonMember(json, 'token_type')) ? 'odd_refresh_token' : 'odd_token_type';
}

/** Whether a member holds anything at all: some servers send an empty one where others leave it out. */
export function isSent(member: unknown): boolean {
  return member !== undefined && member !== null && member !== '' && member !== false;
}

/**
 * The expiry of the refresh token, in epoch milliseconds. The response's own value, which is not standard but common,
 * takes precedence over what is known about the provider.
 */
function refreshEnd(
  json: unknown,
  isNew: boolean,
  askedAt: number,
  { refreshMs, refreshIdleMs }: TokenLifetimes,
): number | undefined {
  const livesMs = [isNew ? refreshMs : undefined, refreshIdleMs].filter((life) => life !== undefined);
  const fallback = livesMs.length === 0 ? undefined : askedAt + Math.min(...livesMs);
  const claimed = claimedEnd(jsonMember(json, 'refresh_token_expires_in'), askedAt) ?? fallback;
  return claimed === undefined ? undefined : Math.min(claimed, askedAt + LONGEST_REFRESH_MS);
}

/** The `error` of an error response (RFC 6749 section 5.2); some providers wrap it, as `error.code`. */
export function errorCode(json: unknown): string | undefined {
  const error = jsonMember(json, 'error');
  const code = typeof error === 'string' ? error : jsonMember(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** The standard requires a type, but some providers send none. Tokens of any other type are of no use to us. */
function isBearer(tokenType: unknown): boolean {
  if (tokenType === undefined || tokenType === null || tokenType === '') return true;
  return typeof tokenType === 'string' && tokenType.toLowerCase() === 'bearer';
}

/**
 * The expiry according to `expires_in`, in epoch milliseconds; undefined if that is not a positive number of seconds.
 */
function claimedEnd(expiresIn: unknown, askedAt: number): number | undefined {
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  return typeof seconds === 'number' && seconds > 0 ? askedAt + seconds * 1000 : undefined;
}
