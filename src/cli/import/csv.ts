import {
  fieldOf,
  ImportLineError,
  repeatedField,
  unknownField,
  type ImportField,
} from '../../imports/import-fields.ts';
import type { InputLine } from '../../imports/import-run.ts';
import { csvValues } from './csv-values.ts';
import { decoded, NOT_UTF_8 } from './decoded.ts';
import { inputRecords, type InputRecord, type RecordEnds } from './records.ts';

/** What separates the columns of a file: spreadsheets write a semicolon where the comma is for decimals. */
const SEPARATORS = [',', ';', '\t', '|'] as const;
/** A line with fewer of our names is a coincidence. */
const FEWEST_KNOWN = 2;
const QUOTE = 0x22;
const [LINE_FEED, CARRIAGE_RETURN] = [10, 13];

/** Configures {@link csvRows}. */
export interface CsvOptions {
  readonly separator: string;
  /** Skips columns whose name means no field. */
  readonly ignoreUnknown: boolean;
}

/** What separates the columns if this line names them; undefined if it doesn't. */
export function separatorOf(line: string): string | undefined {
  const known = SEPARATORS.map((separator) => {
    const names = csvValues(line, separator) ?? [];
    const fields = names.map((name) => fieldOf(name.trim())).filter((field) => field !== undefined);
    return { separator, count: new Set(fields).size };
  });
  const [best] = known.sort((one, other) => other.count - one.count);
  return best !== undefined && best.count >= FEWEST_KNOWN ? best.separator : undefined;
}

/**
 * Yields the rows of a CSV file (RFC 4180) as it is read, each as an object with the names of the columns. The first row
 * holds these names; if one of them is wrong, nothing else is read.
 */
export async function* csvRows(
  input: AsyncIterable<Buffer>,
  { separator, ignoreUnknown }: CsvOptions,
): AsyncGenerator<InputLine> {
  let columns: readonly Column[] | undefined;
  for await (const record of inputRecords(input, new RowEnds(separator))) {
    const { line: number, end } = record;
    const refused = (problem: string, field?: string) => ({ number, text: undefined, problem, field, end });
    const values = valuesOf(record, separator);
    if ('problem' in values) {
      yield refused(values.problem);
      if (columns === undefined) return;
    } else if (columns === undefined) {
      try {
        columns = columnsOf(values.row, ignoreUnknown);
      } catch (error) {
        if (!(error instanceof ImportLineError)) throw error;
        yield refused(error.message, error.field);
        return;
      }
    } else if (values.row.some((value) => value !== '')) {
      const [has, should] = [values.row.length, columns.length];
      if (has === should) yield { number, text: undefined, row: rowOf(columns, values.row), end };
      else yield refused(`this row has ${has} values, but there are ${should} columns; put quotes around a value`);
    }
  }
}

interface Column {
  readonly name: string;
  /** Undefined if it is passed over. */
  readonly field: ImportField | undefined;
}

/** @throws ImportLineError if a name is unknown or there twice, or what every line needs is missing */
function columnsOf(names: readonly string[], ignoreUnknown: boolean): readonly Column[] {
  const columns: Column[] = [];
  for (const each of names) {
    const name = each.trim();
    const field = fieldOf(name);
    if (field === undefined && name !== '' && !ignoreUnknown) throw unknownField(name);
    const other = columns.find((column) => field !== undefined && column.field === field);
    if (other !== undefined) throw repeatedField(name, other.name);
    columns.push({ name, field });
  }
  for (const needed of ['subject', 'provider'] as const) {
    if (columns.some(({ field }) => field === needed)) continue;
    throw new ImportLineError(needed, `"${needed}" is missing among the columns; every row needs it`);
  }
  return columns;
}

function rowOf(columns: readonly Column[], row: readonly string[]): object {
  return Object.fromEntries(
    columns.flatMap(({ name, field }, index) => (field === undefined ? [] : [[name, row[index]]])),
  );
}

function valuesOf(
  { bytes, isWhole }: InputRecord,
  separator: string,
): { readonly row: readonly string[] } | { readonly problem: string } {
  if (bytes === undefined) return { problem: 'this is too long for a row; perhaps a quote is not closed' };
  const text = decoded(bytes);
  if (text === undefined) return { problem: NOT_UTF_8 };
  const row = csvValues(text.endsWith('\r') ? text.slice(0, -1) : text, separator);
  if (row !== undefined) return { row };
  return { problem: `a quote ${isWhole ? 'is in the midst of a value' : 'is not closed'}; see RFC 4180, section 2` };
}

/** Rows end with a line, except in quotes. Only a quote at the beginning of a value opens any. */
class RowEnds implements RecordEnds {
  readonly #separator: number;
  #isQuoted = false;
  #isValueStart = true;
  /** True right after a closing quote, which the next quote would turn into a part of the value. */
  #isJustClosed = false;
  #isRow = false;

  constructor(separator: string) {
    this.#separator = separator.charCodeAt(0);
  }

  take(byte: number): 'inside' | 'end' | 'outside' {
    if (byte === LINE_FEED && !this.#isQuoted) {
      [this.#isValueStart, this.#isRow] = [true, false];
      return 'end';
    }
    if (byte === CARRIAGE_RETURN && !this.#isRow) return 'outside';
    this.#isRow = true;
    if (byte === QUOTE && !this.#isQuoted && (this.#isValueStart || this.#isJustClosed)) {
      [this.#isQuoted, this.#isJustClosed] = [true, false];
    } else {
      this.#isJustClosed = byte === QUOTE && this.#isQuoted;
      if (this.#isJustClosed) this.#isQuoted = false;
    }
    this.#isValueStart = byte === this.#separator && !this.#isQuoted;
    return 'inside';
  }
}
