import type { Random } from '../../../../src/grants/clock.ts';
import { settle } from './settle.ts';

/** Something that will happen, unless it is cancelled before. */
export interface Planned {
  cancel(): void;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/**
 * The one source of time and order. What happens at the same millisecond happens in an order drawn by chance.
 *
 * Whatever a step has set off is over before the next one, however many `await`s deep: no microtask is left by then, so
 * nothing needs to be counted. All steps are one macrotask, for a macrotask each takes longer than most steps do.
 */
export class Scheduler {
  readonly #random: Random;
  readonly #entries: Entry[] = [];
  #now: number;
  steps = 0;

  /** @param start epoch milliseconds */
  constructor(start: number, random: Random) {
    this.#now = start;
    this.#random = random;
  }

  get now(): number {
    return this.#now;
  }

  /** Plans `run` for `ms` milliseconds from now. */
  in(ms: number, run: () => void): Planned {
    const entry = { at: this.#now + Math.max(0, Math.ceil(ms)), order: this.#random(), run, isCancelled: false };
    let low = 0;
    let high = this.#entries.length;
    // The last entry is the next one, so that taking it is cheap.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.#entries[middle]!, entry)) high = middle;
      else low = middle + 1;
    }
    this.#entries.splice(low, 0, entry);
    return {
      cancel: () => {
        entry.isCancelled = true;
      },
    };
  }

  /** Resolves after `ms` milliseconds. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.in(ms, resolve);
    });
  }

  /**
   * Takes one step after another until `isOver`, or nothing is left to happen.
   *
   * @param judge looks at the world after every step
   */
  run(isOver: () => boolean, judge: () => void): Promise<void> {
    return inMacrotask(() => {
      while (!isOver()) {
        const next = this.#entries.pop();
        if (next === undefined) return;
        if (next.isCancelled) continue;
        this.steps += 1;
        this.#now = next.at;
        next.run();
        settle();
        judge();
      }
    });
  }
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}

function inMacrotask(work: () => void): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      resolve(Promise.try(work));
    });
  });
}
