import type { Clock } from '../clock.ts';

/** How long something is tried, and how often. */
export interface Patience {
  /** The deadline is its `monotonic`, so that no clock that is set moves it. */
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** From the beginning of the first try until a failure is the last one, in milliseconds. */
  readonly patienceMs: number;
  /** Between a failure and the next try, in milliseconds. */
  readonly pauseMs: number;
  /** Up to how many milliseconds the pause doubles from one failure to the next; it stays the same where left out. */
  readonly longestPauseMs?: number;
  /** Whether what failed so may succeed another time; everything may where left out. */
  readonly mayPass?: (error: unknown) => boolean;
}

/**
 * Does `work`, and again from its start where it fails, until the deadline has passed. A try that is under way by then is
 * not cut short.
 *
 * @throws the error of the last try
 */
export async function untilDeadline<Result>(
  work: () => Promise<Result> | Result,
  { clock, patienceMs, pauseMs: firstPauseMs, longestPauseMs = firstPauseMs, mayPass = () => true }: Patience,
): Promise<Result> {
  const giveUpAt = clock.monotonic() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || clock.monotonic() >= giveUpAt) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
