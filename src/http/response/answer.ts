import type { Answer } from '../endpoint.ts';

/**
 * Headers of every response: do not store, sniff, frame or run anything. They are a constant and not a middleware
 * because, on the warm path, the headers would otherwise cost more than the database.
 */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  vary: 'Origin, Authorization',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

type PageType = 'text/html; charset=utf-8' | 'text/css; charset=utf-8';

const PAGE_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const JSON_HEADERS = { ...COMMON_HEADERS, 'content-type': 'application/json' };

/** A 200 with a JSON body. It ends with a line feed, for terminals. */
export function jsonAnswer(body: unknown): Answer {
  return { status: 200, headers: JSON_HEADERS, body: `${JSON.stringify(body)}\n` };
}

/** A page or its style sheet. */
export function pageAnswer(text: string, contentType: PageType, status = 200): Answer {
  const headers = { ...COMMON_HEADERS, 'content-type': contentType, 'content-security-policy': PAGE_POLICY };
  return { status, headers, body: text };
}

/** A 204 without a body. */
export function noContent(): Answer {
  return { status: 204, headers: COMMON_HEADERS, body: '' };
}

/** A 302 to `location`. */
export function redirect(location: string, headers: Answer['headers'] = {}): Answer {
  return { status: 302, headers: { ...COMMON_HEADERS, ...headers, location }, body: '' };
}
