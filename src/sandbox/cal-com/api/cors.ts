const ALLOWED_METHODS = 'GET,PATCH,DELETE,HEAD,POST,PUT,OPTIONS';
const ALLOWED_HEADERS = [
  'x-cal-client-id',
  'x-cal-secret-key',
  'x-cal-platform-embed',
  'cal-api-version',
  'Accept',
  'Authorization',
  'Content-Type',
  'Origin',
].join(',');

/** The response to any OPTIONS request. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': ALLOWED_METHODS,
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': '86400',
    },
  });
}

/**
 * Headers of every other response. Any origin may read it, but no header is exposed, so pages cannot see the rate
 * limit. The rest are the Helmet defaults that matter to a JSON API.
 */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=15552000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
};
