/**
 * What every answer says to browsers and caches: store nothing, guess no type, frame nothing, run nothing. One constant
 * rather than a middleware, because on the warm path the headers would otherwise cost more than the database.
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

const JSON_HEADERS = { ...COMMON_HEADERS, 'content-type': 'application/json' };

/** A 200 with a JSON body, which ends its line for those who read it in a terminal. */
export function jsonAnswer(body: unknown): Response {
  return new Response(`${JSON.stringify(body)}\n`, { headers: JSON_HEADERS });
}

/** Makes the same {@link jsonAnswer} time and again, from a body that is written out once. */
export function jsonAnswers(body: unknown): () => Response {
  const text = `${JSON.stringify(body)}\n`;
  return () => new Response(text, { headers: JSON_HEADERS });
}
