import { isOrigin } from '../origin.ts';
import { Secret } from '../secret.ts';
import { Refusal } from './refusal.ts';
import { isLoopback } from './urls.ts';

/**
 * Parses a client id.
 *
 * @throws Refusal if it cannot be one
 */
export function parseClientId(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new Refusal(
    'is not a client id',
    'Accepted: the client id as the settings of your client at the provider show it.',
  );
}

/**
 * Parses a client secret.
 *
 * @throws Refusal if it cannot be one
 */
export function parseClientSecret(text: string): Secret {
  if (/^[\x21-\x7e]{1,4096}$/.test(text)) return new Secret(text);
  throw new Refusal(
    'holds white space or characters that no header can carry',
    'Accepted: the client secret as the settings of your client at the provider show it.',
  );
}

/** OAuth scopes, in the provider's own words. */
export type Scopes = readonly string[];

/**
 * Parses scopes (RFC 6749 section 3.3) separated by spaces or commas.
 *
 * @throws Refusal if one is malformed
 */
export function parseScopes(text: string): Scopes {
  const scopes = text.split(/[ ,]+/).filter((scope) => scope !== '');
  if (scopes.length > 0 && scopes.every((scope) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))) {
    return [...new Set(scopes)];
  }
  throw new Refusal(
    'holds something that is not a scope',
    'Accepted: scopes parted by spaces, for example READ WRITE.',
  );
}

/** Which origins (RFC 6454) may call from a browser: all, or only those listed. */
export type CorsOrigins = '*' | readonly string[];

/**
 * Parses `*` or a comma-separated list of origins.
 *
 * @throws Refusal if one is malformed
 */
export function parseCorsOrigins(text: string): CorsOrigins {
  if (text === '*') return '*';
  const origins = text.split(',').map((origin) => origin.trim());
  if (origins.every(isOrigin)) return [...new Set(origins)];
  throw new Refusal(
    'holds something that is not an origin',
    'Accepted: * alone, or scheme, host and port without a path or last slash, for example https://app.example.com,http://localhost:3000.',
  );
}

/** Schemes that browsers, mail programs or scripts have a meaning for, so no app has them for itself. */
const COMMON_SCHEMES =
  'http https ws wss ftp file data javascript vbscript blob about view-source chrome intent mailto tel sms'.split(' ');

/**
 * Parses a comma-separated list of schemes that apps have registered for themselves (RFC 8252 section 7.1).
 *
 * @throws Refusal if one is malformed or common
 */
export function parseReturnSchemes(text: string): readonly string[] {
  const schemes = text.split(',').map((scheme) => scheme.trim());
  const isOwn = (scheme: string) => /^[a-z][a-z0-9+.-]{1,99}$/.test(scheme) && !COMMON_SCHEMES.includes(scheme);
  if (schemes.every(isOwn)) return [...new Set(schemes)];
  throw new Refusal(
    "holds something that is not a scheme of an app's own",
    'Accepted: names in lower case without a colon, comma separated, for example com.example.app.',
  );
}

/**
 * Parses a comma-separated list of pages to return to, which are compared exactly.
 *
 * @param schemes further schemes that they may have
 * @throws Refusal if one is not usable
 */
export function parseReturnUrls(text: string, schemes: readonly string[]): readonly string[] {
  const urls = text.split(',').map((url) => url.trim());
  if (urls.every((url) => isPage(url, schemes))) return [...new Set(urls)];
  throw new Refusal(
    'holds something that is not a page to return to',
    "Accepted: https URLs (http only for localhost) without a fragment, for example https://app.example.com/calendar/linked; an app's own scheme where EVERGRANT_RETURN_SCHEMES names it.",
  );
}

function isPage(text: string, schemes: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isSecure =
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLoopback(url.hostname)) ||
    schemes.includes(url.protocol.slice(0, -1));
  return isSecure && url.hash === '' && url.username === '' && url.password === '' && url.href === text;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The lowest level to log, as pino names it. */
export type LogLevel = (typeof LEVELS)[number];

/**
 * Parses a log level.
 *
 * @throws Refusal for an unknown level
 */
export function parseLogLevel(text: string): LogLevel {
  const level = LEVELS.find((known) => known === text.toLowerCase());
  if (level === undefined) throw new Refusal('is not a log level', `Accepted: ${LEVELS.join(', ')}.`);
  return level;
}

const MOST_SHARE = 0.9;

/**
 * Parses a TCP port; 0 means any free port.
 *
 * @throws Refusal if it is not a port
 */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Refusal('is not a port', 'Accepted: a whole number from 0 to 65535, for example 4000.');
}

/**
 * Parses a share that leaves some of the whole to others.
 *
 * @throws Refusal if it is out of bounds
 */
export function parseShare(text: string): number {
  const share = Number(text);
  if (/^\d(?:\.\d{1,6})?$/.test(text) && share <= MOST_SHARE) return share;
  throw new Refusal('is not a share', `Accepted: a number from 0 to ${MOST_SHARE}, for example 0.5.`);
}

/** Makes a parser for a number of seconds within inclusive bounds. It returns milliseconds and throws Refusal. */
export function secondsBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const seconds = Number(text);
    if (/^\d+(?:\.\d+)?$/.test(text) && seconds >= least && seconds <= most) return Math.round(seconds * 1000);
    throw new Refusal(
      'is not a number of seconds within the bounds',
      `Accepted: ${least} to ${most}, in seconds and without a unit, for example 20.`,
    );
  };
}
