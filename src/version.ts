import { readFileSync } from 'node:fs';

/** The version in package.json, beside which both `src` and `dist` stand. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
