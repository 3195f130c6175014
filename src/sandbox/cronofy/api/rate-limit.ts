import { Refusal } from '../oauth/refusal.ts';
import type { CronofySettings } from '../control/settings.ts';

interface Window {
  readonly lengthMs: number;
  hits: number;
  /** Unix ms. */
  endsAt: number;
}

/** Counts each client's requests in windows of one second and of one minute. */
export class RateLimiter {
  readonly #windows = new Map<string, { second: Window; minute: Window }>();

  /**
   * Counts a request of an authenticated client.
   * @param now Unix ms
   * @throws Refusal 429 if it exceeds a limit
   */
  count(clientId: string, settings: CronofySettings, now: number): void {
    const { second, minute } = this.#windowsOf(clientId);
    const waits = [
      waitAfter(second, settings.rate_limit_per_second, now),
      waitAfter(minute, settings.rate_limit_per_minute, now),
    ];
    const wait = Math.max(...waits);
    if (wait === 0) return;
    // The body of Cronofy's 429 is unknown, so it is empty here.
    throw new Refusal(429, null, settings.retry_after ? { 'Retry-After': String(Math.ceil(wait / 1000)) } : {});
  }

  reset(): void {
    this.#windows.clear();
  }

  #windowsOf(clientId: string): { second: Window; minute: Window } {
    const known = this.#windows.get(clientId);
    if (known !== undefined) return known;
    const fresh = {
      second: { lengthMs: 1000, hits: 0, endsAt: 0 },
      minute: { lengthMs: 60_000, hits: 0, endsAt: 0 },
    };
    this.#windows.set(clientId, fresh);
    return fresh;
  }
}

/** Counts one request; returns how long to wait in ms, 0 if it is within the limit. */
function waitAfter(window: Window, limit: number | null, now: number): number {
  // A window that ends later than its length allows is left over from before the clock was set back.
  if (now >= window.endsAt || window.endsAt > now + window.lengthMs) {
    window.hits = 0;
    window.endsAt = now + window.lengthMs;
  }
  window.hits += 1;
  return limit !== null && window.hits > limit ? window.endsAt - now : 0;
}
