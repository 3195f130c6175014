import { setTimeout as delay } from 'node:timers/promises';
import { untilDeadline } from '../../grants/keeper/until-deadline.ts';

/** How long to try for a lock on the database, and how often, in milliseconds. */
const PATIENCE = { patienceMs: 10_000, pauseMs: 2, longestPauseMs: 8 };
/** Locks are held by the machine's time, whatever the store's clock is. Who has met another should not meet it again. */
const clock = {
  monotonic: () => performance.now(),
  sleep: (ms: number) => delay(ms * (0.5 + Math.random())),
};

/**
 * Does `work`, and again from its start where it met another's lock. The wait between is asynchronous, so that nobody
 * else in this process is held up.
 *
 * @param isLockConflict tells from an error that another try may succeed
 * @throws the error of the last try
 */
export function retryOnLock<Result>(
  work: () => Promise<Result> | Result,
  isLockConflict: (error: unknown) => boolean,
): Promise<Result> {
  return untilDeadline(work, { clock, ...PATIENCE, mayPass: isLockConflict });
}
