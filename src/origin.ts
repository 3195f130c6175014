/** True for an origin (RFC 6454) as browsers spell it; another spelling of the same would never match. */
export function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, host } = new URL(text);
  // The URL standard gives no origin to the schemes of mobile shells, such as capacitor://localhost; browsers do.
  return host !== '' && text === (origin === 'null' ? `${protocol}//${host}` : origin);
}
