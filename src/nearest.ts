/** With more typing errors than this, it is taken for another word. */
const MOST_TYPING_ERRORS = 4;
/** How many typing errors a name may have that is refused because of them, unless it is short. */
const MOST_TO_REFUSE = 2;
const LONGEST_NAME = 40;

/** The known word most likely meant by `word`; undefined if none is close. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  // Short words allow fewer typing errors.
  return within(Math.min(MOST_TYPING_ERRORS, Math.floor(word.length / 2)), word, known);
}

/**
 * The known name that `name` must be a mistake for; undefined if it may well be another name. Stricter than
 * {@link nearestOf}, for what is refused on this ground alone: capitals, underscores and hyphens do not count, and few
 * letters may differ.
 */
export function mistakenFor(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const bare = known.map(lettersOf);
  const most = Math.min(MOST_TO_REFUSE, Math.floor(lettersOf(name).length / 4));
  const nearest = within(most, lettersOf(name), bare);
  return nearest === undefined ? undefined : known[bare.indexOf(nearest)];
}

/** Whether two names differ in capitals, underscores and the like alone. */
export function isSpeltAlike(one: string, other: string): boolean {
  return lettersOf(one) === lettersOf(other);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_.-]/g, '');
}

function within(most: number, word: string, known: readonly string[]): string | undefined {
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
