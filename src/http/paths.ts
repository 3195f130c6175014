/**
 * A path as the router knows it. The app isn't strict about the last slash, for which the router takes it off every
 * request; the routes are documented with it, as their clients were told.
 */
export function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
