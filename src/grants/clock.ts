/** The core's only source of time. A simulation replaces it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds since an arbitrary moment, from a clock that is never set. It may stop while the machine sleeps. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` milliseconds until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

/** The core's only source of randomness: a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;
