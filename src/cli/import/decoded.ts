/** Longer than any line, row or object with two tokens of the greatest length. Longer ones are not kept in memory. */
export const LONGEST_RECORD_BYTES = 256 * 1024;
/** Why a line that is not UTF-8 is refused. */
export const NOT_UTF_8 = 'this is not UTF-8; save the file in that encoding';

/** The text without its byte order mark; undefined if it is not UTF-8. */
export function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
