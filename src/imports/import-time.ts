/** A smaller number is not a time but a misplaced year or lifetime; some exports use 0 for an expired token. */
const FIRST_SECONDS = 100_000_000;
/**
 * Numbers from here on are milliseconds: as seconds, this is the year 5138; as milliseconds, March 1973. No token
 * expires in either.
 */
const FIRST_MILLISECONDS = 100_000_000_000;
const LAST_MILLISECONDS = 8_640_000_000_000_000;
const NUMBER = /^\d{1,16}(?:\.\d+)?$/;
/**
 * As JavaScript, Python and Postgres write it: with a `T` or a space, and with an hours-only offset, a full one or
 * none.
 */
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;

/**
 * Reads a time as epoch milliseconds, from ISO 8601 text (UTC if it has no offset), or from a number or its text: epoch
 * seconds, or epoch milliseconds from 100,000,000,000 on. Undefined for everything else.
 */
export function readTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (NUMBER.test(text)) return fromNumber(Number(text));
  const [, day, time = '00:00', offset = 'Z'] = ISO_8601.exec(text) ?? [];
  if (day === undefined) return undefined;
  const ms = Date.parse(`${day}T${time.replace(',', '.')}${wholeOffset(offset.toUpperCase())}`);
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

function fromNumber(value: number): number | undefined {
  if (value !== 0 && value < FIRST_SECONDS) return undefined;
  const ms = Math.floor(value < FIRST_MILLISECONDS ? value * 1000 : value);
  return ms >= 0 && ms <= LAST_MILLISECONDS ? ms : undefined;
}

function wholeOffset(offset: string): string {
  if (offset === 'Z') return offset;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
