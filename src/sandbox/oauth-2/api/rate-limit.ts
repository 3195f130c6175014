import { Refusal } from '../oauth/refusal.ts';

const WINDOW_MS = 60_000;

/** Counts the requests of everybody together in windows of 60 s. */
export class RateLimiter {
  #hits = 0;
  #endsAt = 0;

  /**
   * Counts one request; throws the 429 if it is one too many.
   * @param limit requests per window, null for no limit
   * @param now Unix ms
   */
  count(limit: number | null, now: number): void {
    if (limit === null) return;
    // A window that lies further ahead than its length was left behind by a clock that was set back.
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
