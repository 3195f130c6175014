/** Which facts are old enough to be forgotten. All values are in milliseconds; moments are since the epoch. */
export interface Limits {
  readonly now: number;
  /** Facts from before this may be forgotten: `factsMs` before now. */
  readonly facts: number;
  readonly factsMs: number;
  /** Tokens that both ended and expired before this may be forgotten: `tokensMs` before now. */
  readonly tokens: number;
  readonly tokensMs: number;
  /** Grants that had nothing left before this may be forgotten: `lostMs` before now. */
  readonly lost: number;
  readonly lostMs: number;
  /** The realms whose grants only their users can repair; other grants may still be of use. */
  readonly irreparable: readonly string[];
}
