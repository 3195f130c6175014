import type { Random } from '../clock.ts';
import type { Backoff } from '../grant.ts';

const FIRST_WAIT_MS = 1_000;
/** The longest back-off in milliseconds for a provider that does not ask for a delay. */
const LONGEST_WAIT_MS = 60_000;
/** The limit in milliseconds up to which a provider's own `Retry-After` counts. */
export const LONGEST_ASKED_MS = 3_600_000;

/**
 * The back-off in milliseconds. It doubles from one second to one minute, and jitter takes off up to half of it, so
 * that grants that failed together do not retry together. It is never shorter than a provider's own `Retry-After`.
 *
 * @param failures consecutive failures, including this one
 * @param retryAfterMs the delay that the provider asked for, in milliseconds
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: Random): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 16));
  return Math.max(retryAfterMs ?? 0, Math.round(ceiling * (0.5 + random() / 2)));
}

/**
 * Whether the back-off is still running. One that is longer than any we would start was written by a clock that has
 * since been set back, and counts as over.
 *
 * @param now epoch milliseconds
 */
export function isBackingOff({ retryAt, lastFailure }: Backoff, now: number): boolean {
  const left = retryAt - now;
  const isOwn = lastFailure === 'unknown' || lastFailure === 'not_sent';
  return left > 0 && left <= (isOwn ? LONGEST_WAIT_MS : LONGEST_ASKED_MS);
}
