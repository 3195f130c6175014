import type { z } from '@hono/zod-openapi';
import type { Endpoint, Route, RouteDefinition } from '../endpoint.ts';
import { withoutLastSlash } from '../paths.ts';
import { PROBLEM_TYPE, problemSchema } from '../response/problem.ts';
import { SUBJECT_HEADER } from '../request/authenticate.ts';

/** How API callers authenticate: a JWT or an API key as bearer token (RFC 6750), or an API key in `X-API-Key`. */
export const CALLER_SECURITY: Record<string, string[]>[] = [{ bearer: [] }, { apiKey: [] }];

/** A route that appears in the OpenAPI document. */
export function documented(definition: RouteDefinition, endpoint: Endpoint): Route {
  const path = withoutLastSlash(definition.path.replaceAll(/\{(\w+)\}/g, ':$1'));
  return { method: definition.method.toUpperCase() as Route['method'], path, endpoint, definition };
}

/** A JSON response in a route's definition. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A problem response (RFC 9457) in a route's definition. */
export function problem(description: string) {
  return { description, content: { [PROBLEM_TYPE]: { schema: problemSchema } } };
}

/** The header in which a server key names its user, for a route's definition. */
export const SUBJECT_PARAMETER = {
  name: SUBJECT_HEADER,
  in: 'header' as const,
  required: false,
  schema: { type: 'string' as const },
  description: 'Whom a server key acts for. Users act for themselves.',
};
