import { randomBytes } from 'node:crypto';

const MINUTE_MS = 60_000;
/** In base 36; enough for minutes until the year 6000. */
const TIME_DIGITS = 6;
const RANDOM_BYTES = 9;

/**
 * An id for a new grant: the minute, and 72 random bits. Grants that are created together are adjacent in every index,
 * so creating many at once changes few pages. The id is short because every row and index of the grant's data contains
 * it.
 *
 * @param now epoch milliseconds
 */
export function newGrantId(now: number): string {
  const minute = Math.max(0, Math.floor(now / MINUTE_MS))
    .toString(36)
    .padStart(TIME_DIGITS, '0');
  return minute + randomBytes(RANDOM_BYTES).toString('base64url');
}
