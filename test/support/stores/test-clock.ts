import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../src/grants/clock.ts';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is told to advance, and then fires what is due in its order. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 5, 1, 12);
  #setBackMs = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now - this.#setBackMs;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#in(ms, resolve);
      signal?.addEventListener('abort', () => {
        this.#timers.delete(timer);
        resolve();
      });
    });
  }

  every(ms: number, tick: () => void): () => void {
    let timer = this.#in(ms, again.bind(this));
    function again(this: TestClock): void {
      timer = this.#in(ms, again.bind(this));
      tick();
    }
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Moves on, and lets all work that becomes possible on the way be done before what is due later. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const next = [...this.#timers].sort((one, other) => one.at - other.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  /** Sets it back, as people and failovers do to a clock; what waits for it waits no longer for that. */
  setBack(ms: number): Promise<void> {
    this.#setBackMs += ms;
    return Promise.resolve();
  }

  /** How much is waiting for this clock. */
  get waiting(): number {
    return this.#timers.size;
  }

  #in(ms: number, fire: () => void): Timer {
    // Like the machine's, this clock knows whole milliseconds only.
    const timer = { at: this.#now + Math.ceil(ms), fire };
    this.#timers.add(timer);
    return timer;
  }
}

/** Resolves when everything that waits for nothing but its turn has had it, be it a turn at the database. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
  await setTimeout(2);
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
