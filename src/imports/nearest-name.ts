/** More edits than these make another word. */
const MOST_EDITS = 2;
/** Below this many characters, two edits reach almost any word. */
const SHORTEST = 4;

/** The known name that a mistyped one is nearest to; undefined if none is near. */
export function nearestName(typed: string, known: readonly string[]): string | undefined {
  if (typed.length < SHORTEST || typed.length > 64) return undefined;
  let [nearest, least]: [string | undefined, number] = [undefined, MOST_EDITS + 1];
  for (const name of known) {
    if (Math.abs(name.length - typed.length) >= least) continue;
    const edits = editsBetween(typed, name);
    if (edits < least) [nearest, least] = [name, edits];
  }
  return nearest;
}

/** How many characters to insert, delete or replace to turn one into the other (Levenshtein). */
function editsBetween(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (before[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      now.push(Math.min(replaced, (before[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1));
    }
    before = now;
  }
  return before[other.length] ?? 0;
}
