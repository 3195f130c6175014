import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../src/grants/clock.ts';

/** A clock that stands still until it is told how much time has passed; waiting takes real time. */
export class BenchClock implements Clock {
  #now = Date.UTC(2026, 5, 1, 12);
  readonly #tell: (now: number) => Promise<void>;

  /** @param tell is told the time in epoch milliseconds whenever it has changed */
  constructor(tell: (now: number) => Promise<void>) {
    this.#tell = tell;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  /** Lets so many milliseconds pass. */
  async advance(ms: number): Promise<void> {
    this.#now += ms;
    await this.#tell(this.#now);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }

  every(ms: number, tick: () => void): () => void {
    const timer = setInterval(tick, ms);
    return () => {
      clearInterval(timer);
    };
  }
}
