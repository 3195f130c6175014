import { randomBytes } from 'node:crypto';

const MINUTE_MS = 60_000;
/** Of base 36, for the minutes until the year 6000. */
const TIME_DIGITS = 6;
const RANDOM_BYTES = 9;

/**
 * An id for a new grant: the minute, and 72 bits of chance. Grants that come together lie together in every index, and many of them at
 * once change few pages. It stands in every row and index of what the grant keeps, so it is short.
 *
 * @param now epoch milliseconds
 */
export function newGrantId(now: number): string {
  const minute = Math.max(0, Math.floor(now / MINUTE_MS))
    .toString(36)
    .padStart(TIME_DIGITS, '0');
  return minute + randomBytes(RANDOM_BYTES).toString('base64url');
}
