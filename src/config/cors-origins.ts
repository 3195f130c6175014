import { isOrigin } from '../origin.ts';
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
