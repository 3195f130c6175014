/**
 * Called with what an operator must know about the database or a file beside it, and its cause. It is not an observer
 * of the core's: commands that have no core open and migrate a database too, and nothing here is about a grant.
 */
export type Trouble = (what: string, cause?: unknown) => void;
