const OPEN_MS = 30_000;

/**
 * Keeps a misconfigured client from asking upstream with every call: while it is open, no exchange of that provider is
 * begun. It closes by itself after half a minute, so that a mended configuration at the provider is noticed.
 */
export class CircuitBreaker {
  readonly #openUntil = new Map<string, number>();

  /** @param now by the monotonic clock, in milliseconds */
  open(provider: string, now: number): void {
    this.#openUntil.set(provider, now + OPEN_MS);
  }

  /** Milliseconds until the provider may be asked again; undefined where it may be asked at `now`, by the monotonic clock. */
  openForMs(provider: string, now: number): number | undefined {
    const left = (this.#openUntil.get(provider) ?? 0) - now;
    return left > 0 ? left : undefined;
  }
}
