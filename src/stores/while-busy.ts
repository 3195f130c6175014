import { setTimeout as delay } from 'node:timers/promises';

/** How long to try for a lock on the database, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = { first: 2, longest: 100 };
/** SQLITE_BUSY; extended codes carry it in their low byte. */
const BUSY = 5;

/**
 * Does `work`, and again from its start where another process holds SQLite's lock. The wait between is asynchronous:
 * SQLite's own would hold up every other caller of this process as well.
 *
 * @throws the error of the last try
 */
export async function whileBusy<Result>(work: () => Promise<Result> | Result): Promise<Result> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(PAUSE_MS.longest, pauseMs * 2)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUpAt) throw error;
      await delay(pauseMs * (0.5 + Math.random()));
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY;
}
