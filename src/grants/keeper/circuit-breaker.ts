const OPEN_MS = 30_000;

/**
 * Stops a misconfigured client from calling the provider on every request: while it is open, no exchange of that
 * provider starts. It closes by itself after 30 seconds, so that a fix at the provider takes effect.
 */
export class CircuitBreaker {
  readonly #openUntil = new Map<string, number>();

  /** @param now monotonic milliseconds */
  open(provider: string, now: number): void {
    this.#openUntil.set(provider, now + OPEN_MS);
  }

  /**
   * Milliseconds until the provider may be asked again; undefined if it may be asked now.
   *
   * @param now monotonic milliseconds
   */
  openForMs(provider: string, now: number): number | undefined {
    const left = (this.#openUntil.get(provider) ?? 0) - now;
    return left > 0 ? left : undefined;
  }
}
