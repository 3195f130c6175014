/** Whether a text is an origin (RFC 6454) exactly as browsers serialize it; another spelling would never match. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, host } = new URL(text);
  // The URL standard gives an opaque origin to the schemes of mobile shells, such as capacitor://localhost; browsers do
  // not.
  return host !== '' && text === (origin === 'null' ? `${protocol}//${host}` : origin);
}
