const QUOTED = /"((?:[^"]|"")*)"/y;

/** The values of one row of CSV (RFC 4180, with any separator); undefined if its quotes are not in order. */
export function csvValues(row: string, separator: string): readonly string[] | undefined {
  const values: string[] = [];
  for (let at = 0; ; at += 1) {
    const end = endOfValue(row, at, separator);
    if (end === undefined) return undefined;
    const value = row.slice(at, end);
    values.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    at = end;
    if (at >= row.length) return values;
  }
}

/** Where the value that begins here ends; undefined if a quote is in its midst, or not closed. */
function endOfValue(row: string, start: number, separator: string): number | undefined {
  if (row[start] !== '"') {
    const found = row.indexOf(separator, start);
    const end = found === -1 ? row.length : found;
    return row.slice(start, end).includes('"') ? undefined : end;
  }
  QUOTED.lastIndex = start;
  if (!QUOTED.test(row)) return undefined;
  const end = QUOTED.lastIndex;
  return end === row.length || row[end] === separator ? end : undefined;
}
