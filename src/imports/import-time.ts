/** Some exports write 0 for a token that has expired. */
const EXPIRED = 0;
/** Seconds, milliseconds and so on are told apart by their size: each is a thousand times the one before. */
const FIRST_MILLISECONDS = 100_000_000_000;
const FIRST_MICROSECONDS = 100_000_000_000_000;
const FIRST_NANOSECONDS = 100_000_000_000_000_000;
/** No token of an import is from before, and none outlives the other. */
const [FIRST_YEAR, LAST_YEAR] = [2000, 2100];
const [FIRST, END] = [Date.UTC(FIRST_YEAR, 0), Date.UTC(LAST_YEAR + 1, 0)];
const SHORTEST_MONTH = 28;
const NUMBER = /^-?\d{1,25}(?:\.\d+)?$/;
/**
 * As JavaScript, Python and Postgres write it: with a `T` or a space, and with an hours-only offset, a full one or
 * none.
 */
const ISO_8601 = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const A_TIME = 'an ISO 8601 time or epoch seconds';

/** A time in epoch milliseconds; or, where a value is none, what to give instead, in words that fit after "give". */
export type ReadTime = { readonly at: number } | { readonly give: string };

/**
 * Reads a time from ISO 8601 text (UTC if it has no offset), or from a number or its text: epoch seconds, or epoch
 * milliseconds from 100,000,000,000 on. Only years from 2000 to 2100 are possible, and 0, which means "has expired".
 */
export function readTime(value: unknown): ReadTime {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return { give: A_TIME };
  const text = value.trim();
  return NUMBER.test(text) ? fromNumber(Number(text)) : fromText(text);
}

function fromNumber(value: number): ReadTime {
  if (value === EXPIRED) return { at: 0 };
  if (!Number.isFinite(value)) return { give: A_TIME };
  if (value >= FIRST_NANOSECONDS) return { give: 'seconds or milliseconds, for these are nanoseconds' };
  if (value >= FIRST_MICROSECONDS) return { give: 'seconds or milliseconds, for these are microseconds' };
  return possible(Math.floor(value < FIRST_MILLISECONDS ? value * 1000 : value));
}

function fromText(text: string): ReadTime {
  const [, year = '', month = '', day = '', time = '00:00', offset = 'Z'] = ISO_8601.exec(text) ?? [];
  if (year === '') return { give: A_TIME };
  if (
    month === '00' ||
    month > '12' ||
    (Number(day) > SHORTEST_MONTH && Number(day) > daysOf(Number(year), Number(month)))
  ) {
    return { give: `${A_TIME}, for there is no such day` };
  }
  const ms = Date.parse(`${year}-${month}-${day}T${time.replace(',', '.')}${wholeOffset(offset.toUpperCase())}`);
  return Number.isNaN(ms) ? { give: `${A_TIME}, for there is no such time` } : possible(ms);
}

function possible(at: number): ReadTime {
  if (at >= FIRST && at < END) return { at };
  const year = new Date(at).getUTCFullYear();
  return { give: `${A_TIME} between ${FIRST_YEAR} and ${LAST_YEAR}, for this is the year ${year}` };
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function wholeOffset(offset: string): string {
  if (offset === 'Z') return offset;
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
