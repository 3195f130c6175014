import { getQueryParams } from 'hono/utils/url';
import type { Call } from '../endpoint.ts';

/** All values of a query parameter, in their order. */
export function allQuery({ query }: Call, name: string): string[] {
  // `getQueryParams` looks for the query after a scheme and a host.
  const values = getQueryParams(`http://x/${query}`, name) ?? [];
  return Array.isArray(values) ? values : [];
}

/**
 * The value of a query parameter that occurs exactly once, else undefined: choosing among several would be a guess (RFC
 * 6749 section 3.1).
 */
export function singleQuery(call: Call, name: string): string | undefined {
  const values = allQuery(call, name);
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}
