import { createHash } from 'node:crypto';

/** Lists of many lengths make many statements; those beyond this number are parsed each time. */
const MOST_STATEMENTS = 256;
const LONGEST_TEXT = 4_000;
/** The server truncates names at 63 bytes; this many hexadecimal digits are 192 bits. */
const DIGITS = 48;

const names = new Map<string, string>();

/**
 * The name to prepare a statement under, so that the server parses and plans it only once. It is a hash of the text:
 * behind a pooler, several processes' statements share a connection, and one name must never mean two texts.
 *
 * @returns undefined for a statement that is parsed each time
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (text.length > LONGEST_TEXT || names.size >= MOST_STATEMENTS) return undefined;
  const name = `evergrant-${createHash('sha256').update(text).digest('hex').slice(0, DIGITS)}`;
  names.set(text, name);
  return name;
}
