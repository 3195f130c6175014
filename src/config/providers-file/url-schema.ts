import { z } from 'zod';
import { isLoopback, parseUrl } from '../urls.ts';

/** What a URL in the file may be, for messages. */
export const HTTPS_URL = 'an https URL (http only for localhost)';

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Somebody else's way to write a placeholder, which no URL has in it (RFC 3986 section 2) and the parser would encode. */
const OTHER_PLACEHOLDER = /[<>]/;

/** A URL, used exactly as the provider gives it. Whether plain http will do depends on the provider's other members. */
export const url = z.string(HTTPS_URL).refine(isUrl, HTTPS_URL);

const PART = 'up to 253 letters, digits, dots, hyphens and underscores, a letter or a digit first';

/** The values for the names in curly braces in URLs. */
export const urlParameters = z.record(
  z.string(),
  z.string(PART).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, PART),
  'an object of texts, by the names in curly braces in the URLs',
);

/** The names in curly braces that a URL has, such as `tenant`. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** Puts values in the place of a URL's names in curly braces. Those without a value stay. */
export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
  );
}

/** Whether a URL would send secrets unencrypted to another machine. */
export function isInsecure(text: string): boolean {
  const filled = text.replaceAll(PLACEHOLDER, 'x');
  if (!URL.canParse(filled)) return false;
  const { protocol, hostname } = new URL(filled);
  return protocol === 'http:' && !isLoopback(hostname);
}

function isUrl(given: string): boolean {
  if (OTHER_PLACEHOLDER.test(given)) return false;
  try {
    parseUrl(given.replaceAll(PLACEHOLDER, 'x').split('?', 1)[0] ?? '');
    return true;
  } catch {
    return false;
  }
}
