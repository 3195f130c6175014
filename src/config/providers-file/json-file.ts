import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Refusal } from '../refusal.ts';

const MOST_BYTES = 1_000_000;
const LONGEST_PATH = 1_000;
const BYTE_ORDER_MARK = /^\uFEFF/;

/**
 * Parses a JSON file.
 *
 * @throws Refusal that says where it is malformed, without quoting its content
 */
export function readJsonFile(path: string): unknown {
  // Somebody may have put the file's content in place of its path, so it must not be shown.
  if (/^\s*[[{]/.test(path) || path.length > LONGEST_PATH) {
    throw new Refusal('is not the path of a file', 'Accepted: the path of a JSON file, not what is in it.');
  }
  const absolute = resolve(path);
  const text = contentOf(absolute).replace(BYTE_ORDER_MARK, '');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refusal(`names a file that is not JSON: ${whereBroken(text)} of ${absolute}`, 'Accepted: a JSON file.');
  }
}

function contentOf(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new Refusal(whyNot(path, cause), 'Accepted: the path of a JSON file that can be read.', { cause });
  }
  if (bytes.length <= MOST_BYTES) return bytes.toString('utf8');
  throw new Refusal(`names a file that is too large: ${path}`, `Accepted: a JSON file of at most ${MOST_BYTES} bytes.`);
}

function whyNot(path: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  if (code === 'ENOENT' || code === 'ENOTDIR') return `names a file that is not there: there is no file ${path}`;
  if (code === 'EISDIR') return `names a folder: ${path}`;
  if (code === 'EACCES' || code === 'EPERM') return `names a file that this user may not read: ${path}`;
  return `names a file that cannot be read (${code}): ${path}`;
}

/** Line and column, both from 1. The parser's own message is not used because it quotes the content. */
function whereBroken(text: string): string {
  if (couldGoOn(text)) return 'it ends too early, at the end';
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  const lines = text.slice(0, good).split('\n');
  return `it breaks off at line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}

/** Whether the text is JSON or the beginning of some. */
function couldGoOn(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? /Unexpected end/.test(message) : Number(position) >= text.length;
  }
}
