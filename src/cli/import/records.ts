import { LONGEST_RECORD_BYTES } from './decoded.ts';

/** Where one record of a file ends, as a state machine over its bytes decides. */
export interface RecordEnds {
  /**
   * Takes the next byte.
   *
   * @returns `inside` if it belongs to a record, `end` if it ends one, `outside` if it lies between two
   */
  take(byte: number): 'inside' | 'end' | 'outside';
}

/** The bytes of one record of a file. */
export interface InputRecord {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  /** Undefined if there were more than are kept. */
  readonly bytes: Buffer | undefined;
  /** False if the file ended in its midst. */
  readonly isWhole: boolean;
  /** Where it ends, in bytes from the start of the input. */
  readonly end: number;
}

const LINE_FEED = 10;

/** Splits a file into records as it is read. Of a record that is too long, nothing is kept. */
export async function* inputRecords(input: AsyncIterable<Buffer>, ends: RecordEnds): AsyncGenerator<InputRecord> {
  let [line, begun, end, size] = [1, 0, 0, 0];
  let parts: Buffer[] = [];
  const record = (isWhole: boolean): InputRecord => {
    const bytes = size > LONGEST_RECORD_BYTES ? undefined : Buffer.concat(parts);
    const taken = { line: begun, bytes, isWhole, end };
    [begun, size, parts] = [0, 0, []];
    return taken;
  };
  for await (const chunk of input) {
    let start = 0;
    const keep = (until: number) => {
      size += until - start;
      if (size <= LONGEST_RECORD_BYTES && until > start) parts.push(chunk.subarray(start, until));
      start = until;
    };
    for (const [place, byte] of chunk.entries()) {
      end += 1;
      const where = ends.take(byte);
      if (where === 'inside' && begun === 0) [begun, start] = [line, place];
      if (where === 'end' && begun !== 0) {
        keep(place);
        yield record(true);
      }
      if (byte === LINE_FEED) line += 1;
    }
    if (begun !== 0) keep(chunk.length);
  }
  if (begun !== 0) yield record(false);
}
