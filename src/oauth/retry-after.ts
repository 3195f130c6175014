const SHORTEST_MS = 1_000;
const LONGEST_MS = 3_600_000;
/** The one form that is still to be sent (RFC 9110 section 5.6.7); `Date.parse` alone would read much else as a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The wait asked for by a `Retry-After` header (RFC 9110 section 10.2.3: seconds or an HTTP date), in milliseconds,
 * clamped to between one second and one hour. Undefined where there is none or it makes no sense.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : NaN;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wait));
}
