import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when the work is done or has failed, or after so many milliseconds; true for the former. */
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
