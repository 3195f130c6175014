import { jsonMember, jsonMemberAt } from '../json-member.ts';
import { expiryIn } from './token-expiry.ts';
import { Members, tokenDocument } from './token-members.ts';
import { expiryOf, LONGEST_BELIEVED_MS, readToken, type LifetimeBounds, type TokenSet } from './token-set.ts';
import type { UpstreamAnswer } from '../transport.ts';

/** What is known about the lives of a provider's tokens apart from its responses. */
export interface TokenLifetimes {
  readonly access: LifetimeBounds;
  /** Milliseconds from the response that brings a refresh token to its expiry; undefined if it has no known expiry. */
  readonly refreshMs?: number | undefined;
  /** Milliseconds without use after which a refresh token lapses; undefined if it does not lapse that way. */
  readonly refreshIdleMs?: number | undefined;
}

/** Where the tokens of a server stand in its responses, and of which types they are. */
export interface TokenPlaces {
  /** The path of the access token, such as `data.access_token`; the standard's `access_token` if there is none. */
  readonly accessTokenAt?: string | undefined;
  /** The path of the refresh token; default: beside the access token. */
  readonly refreshTokenAt?: string | undefined;
  /** Types to take although their tokens are not sent as bearer tokens elsewhere, such as `dpop`. */
  readonly tokenTypes?: readonly string[] | undefined;
}

/** What is known about a provider's tokens apart from its responses. */
export interface TokenRules {
  readonly lifetimes: TokenLifetimes;
  readonly places?: TokenPlaces | undefined;
}

/**
 * What a token response holds:
 * - `tokens`: an access token to use, and a refresh token if there is one
 * - `unread`: no tokens that can be used, and what is odd about the response
 */
export type TokenReading =
  { readonly kind: 'tokens'; readonly tokens: TokenSet } | { readonly kind: 'unread'; readonly reason: UnreadReason };

/** What is odd about a response in which no usable tokens are found. */
export type UnreadReason = 'no_access_token' | 'odd_refresh_token' | 'odd_token_type' | 'no_account';

/**
 * Reads a token response (RFC 6749 section 5.1), JSON or a form. White space around tokens is removed, unknown members
 * are ignored. A refresh token that is there and cannot be used makes the whole response unusable, because the
 * presented one may be spent.
 *
 * @param askedAt epoch milliseconds at which the call started
 */
export function tokenResponse(
  answer: Pick<UpstreamAnswer, 'json' | 'body'>,
  askedAt: number,
  { lifetimes, places = {} }: TokenRules,
): TokenReading {
  const document = tokenDocument(answer);
  const found = accessTokenIn(document, places);
  const top = new Members(document);
  const near = found.parent === document ? [top] : [new Members(found.parent), top];
  const accessToken = readToken(found.value);
  const refreshToken = readToken(refreshTokenIn(document, near, places));
  if (accessToken === undefined || accessToken === 'odd') return { kind: 'unread', reason: 'no_access_token' };
  if (!isBearer(firstOf(near, 'token_type'), places.tokenTypes)) {
    return { kind: 'unread', reason: 'odd_token_type' };
  }
  if (refreshToken === 'odd') return { kind: 'unread', reason: 'odd_refresh_token' };
  const refreshExpiresAt = refreshEnd(near, refreshToken !== undefined, askedAt, lifetimes);
  const tokens = {
    accessToken,
    ...expiryOf(expiryIn(near, 'access', askedAt), askedAt, lifetimes.access),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    tokenType: 'Bearer',
  };
  return { kind: 'tokens', tokens };
}

/** At its place; or where the standard has it, for a server that has another place only in some responses. */
function accessTokenIn(document: unknown, { accessTokenAt }: TokenPlaces): { value: unknown; parent: unknown } {
  const path = accessTokenAt?.split('.') ?? [];
  const parent = path.slice(0, -1).reduce(jsonMember, document);
  const value = path.length === 0 ? undefined : jsonMember(parent, path.at(-1) ?? '');
  if (readToken(value) !== undefined) return { value, parent };
  return { value: new Members(document).get('access_token'), parent: document };
}

function refreshTokenIn(document: unknown, near: readonly Members[], { refreshTokenAt }: TokenPlaces): unknown {
  const value = refreshTokenAt === undefined ? undefined : jsonMemberAt(document, refreshTokenAt);
  return readToken(value) === undefined ? firstOf(near, 'refresh_token') : value;
}

function firstOf(places: readonly Members[], name: string): unknown {
  return places.map((members) => members.get(name)).find((value) => value !== undefined);
}

/**
 * The expiry of the refresh token, in epoch milliseconds. The response's own value, which is not standard but common,
 * takes precedence over what is known about the provider.
 */
function refreshEnd(
  near: readonly Members[],
  isNew: boolean,
  askedAt: number,
  { refreshMs, refreshIdleMs }: TokenLifetimes,
): number | undefined {
  const livesMs = [isNew ? refreshMs : undefined, refreshIdleMs].filter((life) => life !== undefined);
  const fallback = livesMs.length === 0 ? undefined : askedAt + Math.min(...livesMs);
  const claimed = expiryIn(near, 'refresh', askedAt) ?? fallback;
  return claimed === undefined ? undefined : Math.min(Math.floor(claimed), askedAt + LONGEST_BELIEVED_MS);
}

/**
 * Types whose tokens need more than a header (RFC 9449, RFC 9200, RFC 8693, and drafts that are still in use). Any
 * other is a provider's own name for a bearer token, such as Slack's `bot`; and some send none.
 */
const NOT_BEARER = ['mac', 'dpop', 'pop', 'n_a', 'hmac', 'hok'];

function isBearer(tokenType: unknown, alsoTaken: readonly string[] = []): boolean {
  if (typeof tokenType !== 'string') return true;
  const type = tokenType.trim().toLowerCase();
  return !NOT_BEARER.includes(type.replace('-', '_')) || alsoTaken.some((taken) => taken.toLowerCase() === type);
}
