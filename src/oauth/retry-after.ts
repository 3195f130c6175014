const SHORTEST_MS = 1_000;
const LONGEST_MS = 3_600_000;

/**
 * The wait asked for by a `Retry-After` header (RFC 9110 section 10.2.3: seconds or an HTTP date), in milliseconds,
 * clamped to between one second and one hour. Undefined where there is none or it makes no sense.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (text === undefined || text === '') return undefined;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, wait));
}
