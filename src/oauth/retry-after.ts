const SHORTEST_MS = 1_000;
const LONGEST_MS = 3_600_000;
/**
 * The only form that senders may generate (RFC 9110 section 5.6.7); `Date.parse` alone would accept much else as a
 * date.
 */
export const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The delay in milliseconds that a `Retry-After` header asks for (RFC 9110 section 10.2.3: seconds or an HTTP date),
 * clamped to between one second and one hour. Undefined if the header is missing or malformed.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : HTTP_DATE.test(text) ? Date.parse(text) - now : NaN;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wait));
}
