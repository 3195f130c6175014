import type { InputLine } from '../../imports/import-run.ts';
import { decoded, NOT_UTF_8 } from './decoded.ts';
import { inputRecords, type InputRecord, type RecordEnds } from './records.ts';

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Yields the elements of a JSON array as the file is read, each with the line on which it begins. Neither the array nor
 * a long element is ever in memory as a whole.
 *
 * @param input begins with the array, after white space at most
 */
export async function* arrayElements(input: AsyncIterable<Buffer>): AsyncGenerator<InputLine> {
  const ends = new ElementEnds();
  let isCut = false;
  for await (const record of inputRecords(input, ends)) {
    isCut = !record.isWhole;
    yield element(record, ends.state);
  }
  if (ends.state !== 'after' && !isCut) {
    const problem = 'the array is not closed, so the file was cut; what is whole of it has been read';
    yield { number: ends.lines, text: undefined, problem, end: ends.bytes };
  }
}

function element({ line: number, bytes, isWhole, end }: InputRecord, state: ElementEnds['state']): InputLine {
  const refused = (problem: string) => ({ number, text: undefined, problem, end });
  if (bytes === undefined) return refused('this is too long for an element; give one JSON object for each grant');
  if (!isWhole)
    return refused(
      state === 'after' ? 'the array ended before this; give one array' : 'the file was cut in the midst of this',
    );
  const text = decoded(bytes);
  return text === undefined ? refused(NOT_UTF_8) : { number, text, end };
}

class ElementEnds implements RecordEnds {
  state: 'before' | 'inside' | 'after' = 'before';
  lines = 1;
  bytes = 0;
  #depth = 0;
  #isText = false;
  #isEscaped = false;

  take(byte: number): 'inside' | 'end' | 'outside' {
    this.bytes += 1;
    if (byte === 0x0a) this.lines += 1;
    if (this.state !== 'inside') {
      if (SPACES.has(byte)) return 'outside';
      if (this.state === 'after') return 'inside';
      this.state = 'inside';
      return 'outside';
    }
    if (this.#isText) return this.#inText(byte);
    if (byte === QUOTE) this.#isText = true;
    else if (OPENING.has(byte)) this.#depth += 1;
    else if (this.#depth > 0) {
      if (CLOSING.has(byte)) this.#depth -= 1;
    } else if (byte === COMMA) return 'end';
    else if (CLOSING.has(byte)) {
      this.state = 'after';
      return 'end';
    } else if (SPACES.has(byte)) return 'outside';
    return 'inside';
  }

  #inText(byte: number): 'inside' {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isText = false;
    return 'inside';
  }
}
