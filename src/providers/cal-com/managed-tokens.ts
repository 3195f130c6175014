import { claimedEnd } from '../../oauth/tokens/expiry-claim.ts';
import type { UnreadReason } from '../../oauth/tokens/token-response.ts';
import { boundedExpiry, readToken, type TokenSet } from '../../oauth/tokens/token-set.ts';
import type { UpstreamResult } from '../../oauth/transport.ts';
import type { ExchangeResult } from '../provider.ts';
import { unreadableOr } from '../unreadable.ts';
import { accountProfile, asObject, type CalComResult } from './envelope.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Cal.com gives tokens 60 minutes; if it does not say, a token is trusted for five. */
export const ACCESS_BOUNDS = { fallbackMs: 5 * MINUTE_MS, maximumMs: DAY_MS };
const REFRESH_BOUNDS = { fallbackMs: 365 * DAY_MS, maximumMs: 2 * 365 * DAY_MS };

type Judged = Exclude<CalComResult, { readonly kind: 'error' }>;

/**
 * The result of a refresh or a force-refresh.
 *
 * @param result the answer as it came
 * @param judged the same, judged by its envelope
 * @param askedAt when the call started, in epoch milliseconds
 */
export function tokensIn(result: UpstreamResult, judged: Judged, askedAt: number): ExchangeResult {
  if (judged.kind !== 'success') return unlessUnread(result, judged, askedAt);
  const tokens = tokenAnswer(judged.data, askedAt);
  if (typeof tokens !== 'string') return { kind: 'obtained', tokens };
  const failed = { kind: 'unknown', detail: 'success without usable tokens' } as const;
  return unreadableOr(failed, result, { askedAt, reason: tokens });
}

/** The result of creating a user, which comes with its tokens; as {@link tokensIn}. */
export function tokensWithUserIn(result: UpstreamResult, judged: Judged, askedAt: number): ExchangeResult {
  const answer = tokensIn(result, judged, askedAt);
  if (answer.kind !== 'obtained' || judged.kind !== 'success') return answer;
  const profile = accountProfile(asObject(judged.data)?.['user']);
  if (profile !== undefined) return { ...answer, profile };
  const failed = { kind: 'unknown', detail: 'success without a usable user' } as const;
  return unreadableOr(failed, result, { askedAt, reason: 'no_account' });
}

function unlessUnread(
  result: UpstreamResult,
  judged: Exclude<Judged, { readonly kind: 'success' }>,
  askedAt: number,
): ExchangeResult {
  return judged.kind === 'unknown' ? unreadableOr(judged, result, { askedAt, reason: 'no_access_token' }) : judged;
}

/** The tokens; or what is odd about them. */
function tokenAnswer(data: unknown, askedAt: number): TokenSet | UnreadReason {
  const keys = asObject(data);
  const accessToken = readToken(keys?.['accessToken']);
  if (keys === undefined || accessToken === undefined || accessToken === 'odd') return 'no_access_token';
  const refreshToken = readToken(keys['refreshToken']);
  if (refreshToken === 'odd') return 'odd_refresh_token';
  return {
    accessToken,
    expiresAt: boundedExpiry(endAt(keys['accessTokenExpiresAt'], askedAt), askedAt, ACCESS_BOUNDS),
    ...(refreshToken === undefined
      ? {}
      : {
          refreshToken,
          refreshExpiresAt: boundedExpiry(endAt(keys['refreshTokenExpiresAt'], askedAt), askedAt, REFRESH_BOUNDS),
        }),
    tokenType: 'Bearer',
  };
}

/** Cal.com writes epoch milliseconds; a text that tells the same is taken too. */
function endAt(value: unknown, askedAt: number): unknown {
  return typeof value === 'string' ? claimedEnd(value, askedAt) : value;
}
