/** Lets callers who want the same thing share one piece of work. */
export class SingleFlight<Result> {
  readonly #running = new Map<string, Promise<Result>>();

  /** Joins the work under `key`, or starts it. It runs to completion even if callers stop waiting. */
  join(key: string, begin: () => Promise<Result>): Promise<Result> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const flight = begin().finally(() => this.#running.delete(key));
    this.#running.set(key, flight);
    return flight;
  }

  /** The number of pieces of work in progress. */
  get size(): number {
    return this.#running.size;
  }

  /** Resolves when all current work has settled, whether it succeeded or failed. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }
}
