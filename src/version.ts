import { readFileSync } from 'node:fs';

const about = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
  readonly homepage?: string;
};

/** The version in package.json, which is next to both `src` and `dist`. */
export const VERSION = about.version;

/** What calls to others say in `User-Agent` (RFC 9110 section 10.1.5). */
export const USER_AGENT = `evergrant/${VERSION}${about.homepage === undefined ? '' : ` (+${about.homepage})`}`;
