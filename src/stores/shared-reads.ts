/**
 * Reads that have not begun yet are shared by all who ask for the same: what is read is then not older than anybody's
 * question.
 */
export class SharedReads<Result> {
  readonly #waiting = new Map<string, Promise<Result>>();

  /** @param read calls `begin` when it is about to read; whoever comes later needs a read of his own */
  join(key: string, read: (begin: () => void) => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return waiting;
    const state = { hasBegun: false };
    const begin = () => {
      if (state.hasBegun) return;
      state.hasBegun = true;
      this.#waiting.delete(key);
    };
    const reading = read(begin).finally(begin);
    if (!state.hasBegun) this.#waiting.set(key, reading);
    return reading;
  }
}
