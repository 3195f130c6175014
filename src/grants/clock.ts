/** The heart's only source of time, so that a simulation can be the clock. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds since some moment in the past, by a clock that nobody sets. It may stand still while the machine sleeps. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `tick` every `ms` milliseconds until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

/** The heart's only source of chance: a number from 0 up to, not including, 1. */
export type Random = () => number;
