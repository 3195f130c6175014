import { Refusal } from './refusal.ts';

const IPV4_LOOPBACK = /^127(?:\.\d{1,3}){3}$/;

/** Reads an http or https URL and gives it without its last slash. Throws a Refusal. */
export function parseUrl(text: string): string {
  return withoutLastSlash(readUrl(text, ['https:', 'http:'], 'an http or https URL').href);
}

/** As {@link parseUrl}, but plain http only on this machine, because secrets travel there. Throws a Refusal. */
export function parseSecureUrl(text: string): string {
  return withoutLastSlash(readSecureUrl(text).href);
}

/** Reads the URL of a JWK set, to the letter: its path and query are the issuer's. Throws a Refusal. */
export function parseJwksUrl(text: string): string {
  return readSecureUrl(text, { query: true }).href;
}

/** The URL under which a listening service is reached from its own machine. */
export function localUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Whether a host name or address, an IPv6 one with or without brackets, means this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || /^(?:::1|\[::1\])$/.test(host) || IPV4_LOOPBACK.test(host)
  );
}

function readSecureUrl(text: string, allow: { query?: boolean } = {}): URL {
  const accepted = 'an https URL (http only for localhost)';
  const url = readUrl(text, ['https:', 'http:'], accepted, allow);
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return url;
  throw new Refusal('would send secrets unencrypted', `Accepted: ${accepted}.`);
}

function readUrl(
  text: string,
  protocols: readonly string[],
  accepted: string,
  { query = false }: { query?: boolean } = {},
): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) {
    throw new Refusal('is not a URL of the right kind', `Accepted: ${accepted}.`);
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '' || (!query && url.search !== '')) {
    throw new Refusal('has parts that it must not have', `Accepted: ${accepted}, without user, query or fragment.`);
  }
  return url;
}

function withoutLastSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
