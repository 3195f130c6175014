/** Something that happened at a moment, in epoch milliseconds. */
export interface Dated {
  readonly at: number;
}

/** What to look at now, and how far the walk has come after that. */
export interface Bite<Row> {
  readonly rows: readonly Row[];
  readonly walkedTo: number;
  readonly isMore: boolean;
}

/**
 * How many batches' worth of facts of one single moment are taken at once. Any more are forgotten later, with their
 * grant's other facts.
 */
const MOST_OF_A_MOMENT = 16;

/**
 * The next facts in the order in which they happened: a limited number, and never only some of one moment.
 *
 * @param read gives rows after a moment and up to another, in order
 * @param walkedTo where to continue, in epoch milliseconds; where that is past `end`, because a clock was set back or
 *   the settings were changed, the walk goes back
 * @param end the last moment to look at, in epoch milliseconds
 */
export async function nextBite<Row extends Dated>(
  read: (after: number, end: number, limit: number) => Promise<readonly Row[]>,
  walkedTo: number,
  { end, limit }: { readonly end: number; readonly limit: number },
): Promise<Bite<Row>> {
  const after = Math.min(walkedTo, end);
  const rows = await read(after, end, limit);
  const last = rows.at(-1);
  if (last === undefined || rows.length < limit) return { rows, walkedTo: end, isMore: false };
  const earlier = rows.filter(({ at }) => at < last.at);
  if (earlier.length > 0) return { rows: earlier, walkedTo: last.at - 1, isMore: true };
  return { rows: await read(after, last.at, limit * MOST_OF_A_MOMENT), walkedTo: last.at, isMore: true };
}

/**
 * Stops before the first fact that can't be forgotten yet but soon can: coming back for each one would be expensive.
 *
 * @param soonAfter only facts later than this are waited for, in epoch milliseconds
 */
export function upToUnripe<Row extends Dated>(
  bite: Bite<Row>,
  isUnripe: (row: Row) => boolean,
  soonAfter: number,
): Bite<Row> {
  const first = bite.rows.find((row) => row.at > soonAfter && isUnripe(row));
  if (first === undefined) return bite;
  return { rows: bite.rows.filter(({ at }) => at < first.at), walkedTo: first.at - 1, isMore: false };
}
