import type { Context } from 'hono';

/** A parameter that is there once; to choose among several would be a guess (RFC 6749 section 3.1). */
export function singleQuery(context: Context, name: string): string | undefined {
  const values = context.req.queries(name) ?? [];
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}
