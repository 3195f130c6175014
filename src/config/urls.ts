import { Refusal } from './refusal.ts';

const IPV4_LOOPBACK = /^127(?:\.\d{1,3}){3}$/;

/**
 * Parses an http or https URL and removes its trailing slash.
 *
 * @throws Refusal if it is not such a URL
 */
export function parseUrl(text: string): string {
  return withoutLastSlash(readUrl(text, ['https:', 'http:'], 'an http or https URL').href);
}

/**
 * Like {@link parseUrl}, but accepts plain http only for this machine, because secrets travel over it.
 *
 * @throws Refusal if it is not such a URL
 */
export function parseSecureUrl(text: string): string {
  return withoutLastSlash(readSecureUrl(text).href);
}

/**
 * Parses a JWK set URL and returns it unchanged, since its path and query belong to the issuer.
 *
 * @throws Refusal if it is not such a URL
 */
export function parseJwksUrl(text: string): string {
  return readSecureUrl(text, { query: true }).href;
}

/** The URL at which a service listening on `host` and `port` is reached from its own machine. */
export function localUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Whether a host name or address means this machine. IPv6 addresses may have brackets. */
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
