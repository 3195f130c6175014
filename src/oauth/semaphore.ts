<<<<<<< HEAD:src/oauth/semaphore.ts
/** So many may go on at once; whoever comes later waits for one of them to finish, in order. */
export class Semaphore {
=======
/** Limits concurrency: latecomers wait, in order, until an earlier one finishes. */
export class Turns {
>>>>>>> w-prosea:src/oauth/turns.ts
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a turn, which must be returned with {@link Turns.give}.
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

<<<<<<< HEAD:src/oauth/semaphore.ts
  /** Gives a turn back, to whoever has waited longest. */
  release(): void {
=======
  /** Returns a turn, which goes to the longest waiter. */
  give(): void {
>>>>>>> w-prosea:src/oauth/turns.ts
    const [begin] = this.#waiting;
    if (begin === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(begin);
    begin();
  }
}
