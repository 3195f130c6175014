/** Of many durations in milliseconds: the middle one, the one that 99 of 100 do not exceed, and the longest. */
export interface Durations {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Sums up durations in milliseconds; zeros where there are none. */
export function durationsOf(each: readonly number[]): Durations {
  const sorted = each.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** The middle one, and the range, of some figures. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Sums up the figures of several rounds. */
export function spreadOf(each: readonly number[]): Spread {
  const sorted = each.toSorted((a, b) => a - b);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  return {
    median: rounded(middle.reduce((sum, value) => sum + value, 0) / Math.max(1, middle.length)),
    least: rounded(sorted[0] ?? 0),
    most: rounded(sorted.at(-1) ?? 0),
  };
}

/** As it stands in a table. */
export function shown({ median, least, most }: Spread): string {
  return least === most ? `${median}` : `${median} (${least}-${most})`;
}

/** To three figures that mean something. */
export function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** Rows of texts as a Markdown table; the keys of the first are its head. */
export function markdownTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    line(names),
    line(names.map(() => '---')),
    ...rows.map((row) => line(names.map((name) => row[name] ?? ''))),
  ].join('\n');
}
