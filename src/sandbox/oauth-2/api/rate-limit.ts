import { Refusal } from '../oauth/refusal.ts';

const WINDOW_MS = 60_000;

/** Counts all requests together in windows of 60 s. */
export class RateLimiter {
  #hits = 0;
  #endsAt = 0;

  /**
   * Counts one request.
   * @param limit requests per window, null for no limit
   * @param now Unix ms
   * @throws Refusal 429 if it exceeds the limit
   */
  count(limit: number | null, now: number): void {
    if (limit === null) return;
    // A window that ends later than its length allows is left over from before the clock was set back.
    if (now >= this.#endsAt || this.#endsAt > now + WINDOW_MS) {
      this.#hits = 0;
      this.#endsAt = now + WINDOW_MS;
    }
    this.#hits += 1;
    if (this.#hits <= limit) return;
    const seconds = Math.ceil((this.#endsAt - now) / 1000);
    throw new Refusal(429, 'rate_limit_exceeded', 'There were too many requests.', { 'Retry-After': String(seconds) });
  }

  reset(): void {
    this.#endsAt = 0;
  }
}
