/**
 * A path as the router knows it. The app is not strict about a trailing slash, so the router removes it from every
 * request. The routes are documented with it because clients are told to send it.
 */
export function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
