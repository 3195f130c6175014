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

/** The answer to any OPTIONS request. */
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
 * What every other answer carries: any origin may read it. No header is exposed, so pages see nothing of the rate
 * limit. The rest are the defaults of the Helmet middleware that matter to a JSON API.
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
