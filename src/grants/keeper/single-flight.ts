/** Work in progress that callers who want the same thing share. */
export class SingleFlight<Result> {
  readonly #running = new Map<string, Promise<Result>>();

  /** Joins the work under `key`, or begins it. It goes on to its end whoever stops waiting for it. */
  join(key: string, begin: () => Promise<Result>): Promise<Result> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const flight = begin().finally(() => this.#running.delete(key));
    this.#running.set(key, flight);
    return flight;
  }

  /** How many are in progress. */
  get size(): number {
    return this.#running.size;
  }

  /** Resolves when everything now in progress has ended, well or not. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }
}
