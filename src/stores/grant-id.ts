import { randomUUID } from 'node:crypto';

const TIME_DIGITS = 12;

/**
 * An id for a new grant: a UUID that begins with the time (version 7, RFC 9562), so that grants that come together lie
 * together in every index, and many of them at once change few pages.
 *
 * @param now epoch milliseconds
 */
export function newGrantId(now: number): string {
  const time = Math.max(0, Math.floor(now)).toString(16).padStart(TIME_DIGITS, '0').slice(-TIME_DIGITS);
  const [, , , ...rest] = randomUUID().split('-');
  const [, , random = ''] = randomUUID().split('-');
  return [time.slice(0, 8), time.slice(8), `7${random.slice(1)}`, ...rest].join('-');
}
