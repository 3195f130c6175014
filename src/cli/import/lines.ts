import type { InputLine } from '../../imports/import-run.ts';
import { decoded, LONGEST_RECORD_BYTES, NOT_UTF_8 } from './decoded.ts';

const LINE_FEED = 10;

/**
 * Yields the non-blank lines of a file as it is read. Accepts UTF-8 with or without a byte order mark, and LF or CRLF.
 */
export async function* inputLines(input: AsyncIterable<Buffer>): AsyncGenerator<InputLine> {
  let [number, end] = [0, 0];
  let rest = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of input) {
    let start = 0;
    for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, start)) {
      const bytes = Buffer.concat([rest, chunk.subarray(start, feed)]);
      const line = inputLine((number += 1), bytes, isTooLong, end + feed + 1);
      if (line !== undefined) yield line;
      start = feed + 1;
      rest = Buffer.alloc(0);
      isTooLong = false;
    }
    end += chunk.length;
    rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > LONGEST_RECORD_BYTES) {
      isTooLong = true;
      rest = Buffer.alloc(0);
    }
  }
  const last = inputLine(number + 1, rest, isTooLong, end);
  if (last !== undefined) yield last;
}

function inputLine(number: number, bytes: Buffer, isTooLong: boolean, end: number): InputLine | undefined {
  if (isTooLong || bytes.length > LONGEST_RECORD_BYTES) {
    return { number, text: undefined, problem: 'this is too long for a line; give one JSON object a line', end };
  }
  const text = decoded(bytes);
  if (text === undefined) return { number, text, problem: NOT_UTF_8, end };
  return text.trim() === '' ? undefined : { number, text, end };
}
