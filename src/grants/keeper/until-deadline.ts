import type { Clock } from '../clock.ts';

/** How long and how often to retry. */
export interface Patience {
  /** The deadline uses `monotonic`, so setting the wall clock does not move it. */
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** How long after the start of the first attempt a failure becomes final, in milliseconds. */
  readonly patienceMs: number;
  /** The pause between a failure and the next attempt, in milliseconds. */
  readonly pauseMs: number;
  /** The limit in milliseconds up to which the pause doubles after each failure; without it the pause is constant. */
  readonly longestPauseMs?: number;
  /** Whether a failure may be temporary; by default all are. */
  readonly mayPass?: (error: unknown) => boolean;
}

/**
 * Runs `work`, retrying from the start on failure, until the deadline has passed. An attempt in progress at that time
 * is not interrupted.
 *
 * @throws the error of the last attempt
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
