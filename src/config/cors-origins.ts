import { Refusal } from './refusal.ts';

/** Which origins (RFC 6454) may call from a browser: all, or exactly these. */
export type CorsOrigins = '*' | readonly string[];

/** Reads `*` or a comma separated list of origins. Throws a Refusal. */
export function parseCorsOrigins(text: string): CorsOrigins {
  if (text === '*') return '*';
  const origins = text.split(',').map((origin) => origin.trim());
  if (origins.every(isOrigin)) return [...new Set(origins)];
  throw new Refusal(
    'holds something that is not an origin',
    'Accepted: * alone, or scheme, host and port without a path or last slash, for example https://app.example.com,http://localhost:3000.',
  );
}

/** Browsers send the canonical spelling, so another one would never match. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, host } = new URL(text);
  // The URL standard gives no origin to the schemes of mobile shells, such as capacitor://localhost; browsers do.
  return host !== '' && text === (origin === 'null' ? `${protocol}//${host}` : origin);
}
