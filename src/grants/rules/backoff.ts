import type { Random } from '../clock.ts';
import type { Backoff } from '../grant.ts';

const FIRST_WAIT_MS = 1_000;
/** The longest that a failing provider is left alone for where it doesn't say, in milliseconds. */
export const LONGEST_WAIT_MS = 60_000;
/** The most that is made of a provider's own `Retry-After`. */
const LONGEST_ASKED_MS = 3_600_000;

/**
 * How long to leave a failing provider alone, in milliseconds: doubling from one second to one minute, between half
 * and all of it by chance, so that grants that failed together don't come back together. A provider's own
 * `Retry-After` is kept to.
 *
 * @param failures in a row, this one included
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: Random): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 16));
  return Math.max(retryAfterMs ?? 0, Math.round(ceiling * (0.5 + random() / 2)));
}

/**
 * True until the back-off is over. One that is longer than any we would begin was begun by a clock that has been set
 * back since, and counts as over.
 *
 * @param now epoch milliseconds
 */
export function isBackingOff({ retryAt, lastFailure }: Backoff, now: number): boolean {
  const left = retryAt - now;
  return left > 0 && left <= (lastFailure === 'throttled' ? LONGEST_ASKED_MS : LONGEST_WAIT_MS);
}
