import { randomUUID } from 'node:crypto';
import type { CalException } from './exceptions.ts';

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  const all = { 'Content-Type': 'application/json; charset=utf-8', ...headers };
  return new Response(JSON.stringify(body), { status, headers: all });
}

/** The success envelope, `{"status":"success","data":...}`; without `data` if it is undefined. */
export function success(data?: unknown, status: 200 | 201 = 200): Response {
  return json(status, { status: 'success', data });
}

/**
 * The error envelope.
 * @param now Unix ms
 */
export function failure(exception: CalException, request: Request, now: number): Response {
  const { pathname, search } = new URL(request.url);
  const body = {
    status: 'error',
    timestamp: new Date(now).toISOString(),
    path: pathname + search,
    error: { code: exception.code, message: exception.message, details: exception.details },
  };
  return json(exception.status, body, { 'X-Request-Id': randomUUID() });
}
