import { setTimeout as delay } from 'node:timers/promises';
import { untilDeadline } from '../../grants/keeper/until-deadline.ts';

/** How long to retry a locked database, and the pauses between, in milliseconds. */
const PATIENCE = { patienceMs: 10_000, pauseMs: 2, longestPauseMs: 8 };
/**
 * Locks last by the machine's time, whatever the store's clock is. Random pauses keep two contenders from meeting
 * again.
 */
const clock = {
  monotonic: () => performance.now(),
  sleep: (ms: number) => delay(ms * (0.5 + Math.random())),
};

/**
 * Runs `work`, and again from its start after a lock conflict. The wait between is asynchronous, so nothing else in
 * this process is held up.
 *
 * @param isLockConflict whether an error means that a retry may succeed
 * @throws the error of the last try
 */
export function retryOnLock<Result>(
  work: () => Promise<Result> | Result,
  isLockConflict: (error: unknown) => boolean,
): Promise<Result> {
  return untilDeadline(work, { clock, ...PATIENCE, mayPass: isLockConflict });
}
