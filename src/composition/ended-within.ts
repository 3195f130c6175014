import type { Clock } from '../grants/clock.ts';

/**
 * Whether `work` ends within `ms` milliseconds. It is not stopped.
 *
 * @throws the error of `work`, if it fails in time
 */
export async function endedWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const ended = new AbortController();
  const late = clock.sleep(ms, ended.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    ended.abort();
  }
}
