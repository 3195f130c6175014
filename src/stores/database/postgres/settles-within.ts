import { setTimeout as delay } from 'node:timers/promises';

/** Resolves to true when the work is done or has failed, or to false after `ms` milliseconds. */
export async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const timing = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const late = delay(ms, false, { signal: timing.signal }).catch(() => true);
  try {
    return await Promise.race([settled, late]);
  } finally {
    timing.abort();
  }
}
