/** Whether a redirect URI covers the origin: it is equal, or a pattern in which `*` matches any text. */
export function isOriginAllowed(origin: string, redirectUris: readonly string[]): boolean {
  return redirectUris.some((uri) => {
    if (!uri.includes('*')) return uri === origin;
    const parts = uri.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(origin);
  });
}
