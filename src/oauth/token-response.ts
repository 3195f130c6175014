import { jsonMember } from './json-member.ts';
import { boundedExpiry, tokenText, type LifetimeBounds, type TokenSet } from './token-set.ts';

const LONGEST_REFRESH_MS = 10 * 365 * 86_400_000;

/** What is known of a provider's tokens besides what its answers say. */
export interface TokenLifetimes {
  readonly access: LifetimeBounds;
  /** Milliseconds from the answer that brings a refresh token; undefined where it has no known end. */
  readonly refreshMs?: number | undefined;
  /** Milliseconds from any use of a refresh token after which it lapses; undefined where it doesn't matter. */
  readonly refreshIdleMs?: number | undefined;
}

/**
 * The tokens in a token endpoint's answer (RFC 6749 section 5.1); undefined where there is no access token that can be
 * used as a bearer token. A refresh token that can't be one counts as missing, and unknown members are passed over.
 *
 * @param askedAt epoch milliseconds at which the call was begun
 */
export function tokenResponse(json: unknown, askedAt: number, lifetimes: TokenLifetimes): TokenSet | undefined {
  const accessToken = tokenText(jsonMember(json, 'access_token'));
  if (accessToken === undefined || !isBearer(jsonMember(json, 'token_type'))) return undefined;
  const refreshToken = tokenText(jsonMember(json, 'refresh_token'));
  const refreshExpiresAt = refreshEnd(json, refreshToken !== undefined, askedAt, lifetimes);
  return {
    accessToken,
    expiresAt: boundedExpiry(claimedEnd(jsonMember(json, 'expires_in'), askedAt), askedAt, lifetimes.access),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    tokenType: 'Bearer',
  };
}

/**
 * When the refresh token ends, in epoch milliseconds: the answer's own word, which is no part of the standard but widely
 * spoken, goes before what is known of the provider.
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

/** The `error` of a refusal (RFC 6749 section 5.2); some providers put it in an envelope, as `error.code`. */
export function errorCode(json: unknown): string | undefined {
  const error = jsonMember(json, 'error');
  const code = typeof error === 'string' ? error : jsonMember(error, 'code');
  return typeof code === 'string' ? code : undefined;
}

/** The standard requires a type, and not all providers send one; of any other type we could not make use. */
function isBearer(tokenType: unknown): boolean {
  if (tokenType === undefined || tokenType === null || tokenType === '') return true;
  return typeof tokenType === 'string' && tokenType.toLowerCase() === 'bearer';
}

/** When a token ends by its `expires_in`, in epoch milliseconds; undefined where that is no positive number of seconds. */
function claimedEnd(expiresIn: unknown, askedAt: number): number | undefined {
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  return typeof seconds === 'number' && seconds > 0 ? askedAt + seconds * 1000 : undefined;
}
