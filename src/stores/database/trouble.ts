/**
 * Told what an operator must know of the database or of a file beside it, and its cause. Not an observer of the heart's: a
 * database is opened and migrated before there is a heart, by commands that never have one, and nothing here is about a grant.
 */
export type Trouble = (what: string, cause?: unknown) => void;
