import { setTimeout as delay } from 'node:timers/promises';

/** How long to try for a lock on the database, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = { first: 2, longest: 8 };

/**
 * Does `work`, and again from its start where it met another's lock. The wait between is asynchronous, so that nobody
 * else in this process is held up.
 *
 * @param metLock tells from an error that another try may succeed
 * @throws the error of the last try
 */
export async function retried<Result>(
  work: () => Promise<Result> | Result,
  metLock: (error: unknown) => boolean,
): Promise<Result> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(PAUSE_MS.longest, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!metLock(error) || performance.now() > giveUpAt) throw error;
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }
}
