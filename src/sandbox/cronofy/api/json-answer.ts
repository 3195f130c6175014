/**
 * A JSON response that must not be cached. Even a null body has a JSON content type, which some OAuth clients require.
 */
export function jsonAnswer(
  status: number,
  body: object | null,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    ...headers,
  };
  return new Response(body === null ? null : JSON.stringify(body), { status, headers: all });
}
