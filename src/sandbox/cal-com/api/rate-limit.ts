import { withTextAsDetails } from './exceptions.ts';

const WINDOW_MS = 60_000;
const BLOCK_MS = 60_000;
const PER_API_KEY = 120;
const PER_BEARER = 500;
const PER_CLIENT = 500;
const PER_ADDRESS = 120;
const MAX_TRACKERS = 10_000;

interface Counter {
  hits: number;
  /** When the window or the block ends, in Unix ms. */
  endsAt: number;
  blocked: boolean;
}

/** Which tracker a request counts for, and that tracker's limit in requests per minute. */
function trackerOf(headers: Headers, address: string): { tracker: string; limit: number } {
  const bearer = headers.get('authorization')?.replace('Bearer ', '') ?? '';
  if (bearer.startsWith('cal_')) return { tracker: `api_key_${bearer}`, limit: PER_API_KEY };
  if (bearer !== '') return { tracker: `access_token_${bearer}`, limit: PER_BEARER };
  const clientId = headers.get('x-cal-client-id');
  if (clientId !== null && clientId !== '') return { tracker: `oauth_client_${clientId}`, limit: PER_CLIENT };
  return { tracker: `ip_${headers.get('cf-connecting-ip') ?? address}`, limit: PER_ADDRESS };
}

/**
 * Counts requests per tracker in windows of 60 s. Exceeding the limit blocks the tracker for 60 s. The client id counts
 * only as a header: requests that name the client in the path are counted per address.
 */
export class RateLimiter {
  readonly #counters = new Map<string, Counter>();

  /**
   * Counts one request.
   * @param limitForAll a limit for every tracker in requests per minute; null for Cal.com's limits, 0 for none
   * @param now Unix ms
   * @returns the rate limit headers, and the 429 if the request exceeds the limit
   */
  count(headers: Headers, address: string, limitForAll: number | null, now: number) {
    if (limitForAll === 0) return { headers: {}, refusal: undefined };
    const { tracker, limit: realLimit } = trackerOf(headers, address);
    const limit = limitForAll ?? realLimit;
    const counter = this.#counterOf(tracker, now);
    counter.hits += 1;
    if (counter.hits > limit && !counter.blocked) {
      counter.blocked = true;
      counter.endsAt = now + BLOCK_MS;
    }
    return {
      headers: {
        'X-RateLimit-Limit-Default': String(limit),
        'X-RateLimit-Remaining-Default': String(Math.max(0, limit - counter.hits)),
        'X-RateLimit-Reset-Default': String(Math.ceil((counter.endsAt - now) / 1000)),
      },
      refusal: counter.blocked
        ? withTextAsDetails(
            429,
            'ThrottlerException',
            'CustomThrottlerGuard - Too many requests. Please try again later.',
          )
        : undefined,
    };
  }

  reset(): void {
    this.#counters.clear();
  }

  #counterOf(tracker: string, now: number): Counter {
    const known = this.#counters.get(tracker);
    if (known !== undefined && known.endsAt > now) return known;
    if (this.#counters.size >= MAX_TRACKERS) this.#forgetEnded(now);
    const fresh = { hits: 0, endsAt: now + WINDOW_MS, blocked: false };
    this.#counters.set(tracker, fresh);
    return fresh;
  }

  #forgetEnded(now: number): void {
    for (const [tracker, { endsAt }] of this.#counters) if (endsAt <= now) this.#counters.delete(tracker);
  }
}
