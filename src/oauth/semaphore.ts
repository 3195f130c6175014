/** Limits concurrency: latecomers wait, in order, until an earlier one finishes. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn, which must be returned with {@link Semaphore.release}.
   *
   * @param patienceMs how long to wait, in milliseconds
   * @returns false if there was none in that time; nothing must be returned then
   */
  acquire(patienceMs: number): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const begin = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(begin);
        resolve(false);
      }, patienceMs);
      this.#waiting.add(begin);
    });
  }

  /** Returns a turn, which goes to the longest waiter. */
  release(): void {
    const [begin] = this.#waiting;
    if (begin === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(begin);
    begin();
  }
}
