/**
 * Whether a client may redirect users to this URI: it is registered exactly, or as `http://localhost:*`, which covers
 * every port and path of that host. URIs with a fragment (RFC 6749 section 3.1.2) or a user name are never accepted.
 */
export function isRegisteredRedirectUri(uri: string, registered: readonly string[]): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '' || uri.includes('#')) return false;
  return registered.some((one) => one === uri || one === `${protocol}//${hostname}:*`);
}

/** Adds parameters to the query of a URI, keeping those it has; undefined ones are left out. */
export function withQuery(uri: string, told: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(uri);
  for (const [name, value] of Object.entries(told)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** Redirects a browser with GET, whatever the request's method. */
export function redirect(location: string): Response {
  const headers = { Location: location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };
  return new Response(null, { status: 303, headers });
}
