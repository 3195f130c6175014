/** The sandbox's clock: the machine's clock plus an offset set through the control API. */
export class SandboxClock {
  #offset = 0;

  /** Unix time in ms. */
  now(): number {
    return Date.now() + this.#offset;
  }

  /** How far this clock is ahead of the machine's, in ms. */
  get offset(): number {
    return this.#offset;
  }

  /** Moves the clock forward by `seconds`, or back if negative. */
  advance(seconds: number): void {
    this.#offset += Math.round(seconds * 1000);
  }

  /** Sets the clock `offset` ms ahead of the machine's. */
  restore(offset: number): void {
    this.#offset = offset;
  }
}
