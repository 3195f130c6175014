/**
 * Whether a client may have its users sent to this address: it is registered to the letter, or as `http://localhost:*`,
 * which stands for every port and path of that host. Never one with a fragment (RFC 6749 section 3.1.2) or a user name.
 */
export function isRegisteredRedirectUri(uri: string, registered: readonly string[]): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '' || uri.includes('#')) return false;
  return registered.some((one) => one === uri || one === `${protocol}//${hostname}:*`);
}

/** The address with what it is to be told; members that are undefined are left out, a query that it has is kept. */
export function withQuery(uri: string, told: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(told)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Sends a browser on with GET, whatever it came with. */
export function redirect(location: string): Response {
  const headers = { Location: location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };
  return new Response(null, { status: 303, headers });
}
