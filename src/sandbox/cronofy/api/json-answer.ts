/** An answer that no cache keeps; a null body is labelled as JSON all the same, which some OAuth clients insist on. */
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
