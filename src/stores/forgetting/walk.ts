/** Something that happened at a moment, in epoch milliseconds. */
export interface Dated {
  readonly at: number;
}

/** What is to be looked at now, and how far everything has been looked at then. */
export interface Bite<Row> {
  readonly rows: readonly Row[];
  readonly walkedTo: number;
  readonly isMore: boolean;
}

/** Of one moment, that many bites are taken at once. What is more is left to be forgotten with its grant's later facts. */
const MOST_OF_A_MOMENT = 16;

/**
 * The next facts in the order in which they happened, so many at most, and never only some of one moment.
 *
 * @param read gives rows after a moment and up to another, in their order
 * @param walkedTo where to go on; what lies ahead of `end`, because a clock was set back or the settings were changed, is walked again
 * @param end the last moment to look at
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
 * Stops short of what isn't ripe yet, where it will soon be: to come back for each would be dear.
 *
 * @param soonAfter what happened after this is waited for
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
