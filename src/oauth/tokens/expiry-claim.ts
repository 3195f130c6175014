import { HTTP_DATE } from '../retry-after.ts';

/** From here on a number is a point in time and not a lifetime: in seconds, 32 years, or September 2001. */
const LEAST_EPOCH = 1e9;
/** From here on such a number counts milliseconds: the year 5138 in seconds, 1973 in milliseconds. */
const LEAST_EPOCH_MS = 1e11;
/** And from here on microseconds. */
const LEAST_EPOCH_US = 1e14;
const AMOUNT = /^\s*\+?(\d{1,400}(?:\.\d{0,20})?)\s*s?\s*$/;
/** ISO 8601, as servers write it: with a space for the `T`, without seconds, with a comma, with a zone of any spelling. */
const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * The expiry in a value that tells one: a lifetime in seconds, or a point in time as seconds, milliseconds or
 * microseconds since 1970, told apart by their magnitude, as an ISO 8601 date (UTC if it names no zone) or as an HTTP
 * date. Numbers may be texts.
 *
 * @param askedAt epoch milliseconds at which the call started; a lifetime counts from there
 * @returns epoch milliseconds; undefined if it tells nothing, or a time that is over
 */
export function claimedEnd(value: unknown, askedAt: number): number | undefined {
  const amount = amountOf(value);
  if (amount !== undefined && amount < LEAST_EPOCH) return amount > 0 ? askedAt + amount * 1000 : undefined;
  const end = amount === undefined ? dateOf(value) : epochMs(amount);
  return end > askedAt ? end : undefined;
}

/** As {@link claimedEnd} for a value that tells a lifetime: a number that is no time to come is one, however long. */
export function claimedLife(value: unknown, askedAt: number): number | undefined {
  const amount = amountOf(value) ?? 0;
  return claimedEnd(value, askedAt) ?? (amount > 0 ? askedAt + amount * 1000 : undefined);
}

function amountOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const digits = typeof value === 'string' ? AMOUNT.exec(value)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

function epochMs(amount: number): number {
  if (amount < LEAST_EPOCH_MS) return amount * 1000;
  return amount < LEAST_EPOCH_US ? amount : amount / 1000;
}

/** NaN if it is no date. */
function dateOf(value: unknown): number {
  if (typeof value !== 'string') return NaN;
  const text = value.trim();
  if (HTTP_DATE.test(text)) return Date.parse(text);
  const [, date, time = '00:00', second = '00', fraction = '0', zone = 'Z'] = DATE.exec(text) ?? [];
  if (date === undefined) return NaN;
  return Date.parse(`${date}T${time}:${second}.${fraction.slice(0, 3)}${isoZone(zone)}`);
}

function isoZone(zone: string): string {
  if (/^[a-z]/i.test(zone)) return 'Z';
  const digits = zone.slice(1).replace(':', '');
  return `${zone.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2) || '00'}`;
}
