/** With more typing errors than this, it is taken for another word. */
const MOST_TYPING_ERRORS = 4;

/** The known word most likely meant by `word`; undefined if none is close. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  // Short words allow fewer typing errors.
  const most = Math.min(MOST_TYPING_ERRORS, Math.floor(word.length / 2));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((one, other) => one.distance - other.distance);
  return ranked.find(({ distance }) => distance <= most)?.candidate;
}

/** The Levenshtein distance: how many letters to insert, delete or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (from[index] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
