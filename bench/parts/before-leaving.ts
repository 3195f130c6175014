/** What is to be undone when this process ends early, the latest first. */
const undoings = new Set<() => void>();

process.once('exit', () => {
  for (const undo of [...undoings].toReversed()) undo();
});

/**
 * Does this when the process ends, unless it has been done before: a bench that is cut short leaves no gigabytes and no
 * services behind. (The Postgres of the tests sees to it that signals end a process in order.)
 *
 * @param undo must be over when it returns
 * @returns what does it now
 */
export function beforeLeaving(undo: () => void): () => void {
  undoings.add(undo);
  return () => {
    undoings.delete(undo);
    undo();
  };
}
