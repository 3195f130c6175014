import type { InputLine } from '../../imports/import-run.ts';
import { csvRows, separatorOf } from './csv.ts';
import { decoded, LONGEST_RECORD_BYTES } from './decoded.ts';
import { arrayElements } from './json-array.ts';
import { inputLines } from './lines.ts';

/** What begins with these bytes is no text, and why it is refused. */
const NO_TEXT: readonly [begins: readonly number[], problem: string][] = [
  [[0xff, 0xfe], 'this is UTF-16; save the file as UTF-8'],
  [[0xfe, 0xff], 'this is UTF-16; save the file as UTF-8'],
  [[0x50, 0x4b, 0x03, 0x04], 'this is a spreadsheet or an archive; save it as CSV, or as one JSON object a line'],
  [[0x1f, 0x8b], 'this is compressed; uncompress it first'],
];
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const OPENING_BRACKET = '[';
const LINE_FEED = 10;
/** White space of ASCII is up to here. */
const SPACE = 0x20;

/**
 * Yields the grants of a file as it is read: one JSON object a line, the elements of a JSON array, or the rows of a CSV
 * file under a row of names. Its content decides which, not its name.
 *
 * @param options `ignoreUnknown` skips columns whose name means no field
 */
export async function* readInput(
  input: AsyncIterable<Buffer>,
  { ignoreUnknown }: { readonly ignoreUnknown: boolean },
): AsyncGenerator<InputLine> {
  const chunks = input[Symbol.asyncIterator]();
  try {
    yield* inItsFormat(chunks, ignoreUnknown);
  } finally {
    await chunks.return?.();
  }
}

async function* inItsFormat(chunks: AsyncIterator<Buffer>, ignoreUnknown: boolean): AsyncGenerator<InputLine> {
  const begins = await beginning(chunks);
  const problem = NO_TEXT.find(([bytes]) => bytes.every((byte, index) => begins[index] === byte))?.[1];
  if (problem !== undefined) {
    yield { number: 1, text: undefined, problem, end: begins.length };
    return;
  }
  const unmarked = withoutMark(begins);
  const whole = resumed(unmarked, chunks);
  const first = firstLine(unmarked);
  const separator = first.startsWith('{') ? undefined : separatorOf(first);
  if (first.startsWith(OPENING_BRACKET)) yield* arrayElements(whole);
  else if (separator !== undefined) yield* csvRows(whole, { separator, ignoreUnknown });
  else yield* inputLines(whole);
}

/** Reads until the first line that is not blank is whole, or is longer than any that counts. */
async function beginning(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let read = Buffer.alloc(0);
  while (read.length <= LONGEST_RECORD_BYTES && !hasLine(read)) {
    const next = await chunks.next();
    if (next.done === true) break;
    read = Buffer.concat([read, next.value]);
  }
  return read;
}

function hasLine(read: Buffer): boolean {
  const begun = withoutMark(read).findIndex((byte) => byte > SPACE);
  return begun !== -1 && withoutMark(read).includes(LINE_FEED, begun);
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
    ? bytes.subarray(BYTE_ORDER_MARK.length)
    : bytes;
}

/** The first line that is not blank, without white space around it; empty if there is none or it is not UTF-8. */
function firstLine(begins: Buffer): string {
  let start = 0;
  for (let end = begins.indexOf(LINE_FEED); end !== -1; end = begins.indexOf(LINE_FEED, start)) {
    const line = decoded(begins.subarray(start, end))?.trim();
    if (line !== '') return line ?? '';
    start = end + 1;
  }
  return decoded(begins.subarray(start))?.trim() ?? '';
}

async function* resumed(begins: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (begins.length > 0) yield begins;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}
