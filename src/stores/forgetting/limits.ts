/** Which facts are old enough to be forgotten; all in milliseconds, moments since the epoch. */
export interface Limits {
  readonly now: number;
  /** Facts from before this may be forgotten: `factsMs` before now. */
  readonly facts: number;
  readonly factsMs: number;
  /** Tokens that ended, and expired, before this may be: `tokensMs` before now. */
  readonly tokens: number;
  readonly tokensMs: number;
  /** Grants that had nothing left before this may be: `lostMs` before now. */
  readonly lost: number;
  readonly lostMs: number;
  /** The realms whose grants only their users can repair: those of all others may yet be of use. */
  readonly irreparable: readonly string[];
}
