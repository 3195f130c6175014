/** More slips than these, and it is another word. */
const MOST_TYPING_ERRORS = 4;

/** The known word that `word` was most likely meant to be; undefined where none is near. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  // A short word is another one after fewer slips.
  const most = Math.min(MOST_TYPING_ERRORS, Math.floor(word.length / 2));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((one, other) => one.distance - other.distance);
  return ranked.find(({ distance }) => distance <= most)?.candidate;
}

/** Levenshtein's: how many letters to insert, delete or replace. */
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
