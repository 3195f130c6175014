/** Every step of an exchange at which a process can die, in order. */
export const EXCHANGE_POINTS = [
  'before-claim',
  'claim-uncommitted',
  'claim-committed',
  'sent',
  'acted',
  'answered',
  'save-uncommitted',
  'saved',
] as const;

/** Where the database has refused the answer: every step of keeping it beside the database. */
export const RESCUE_POINTS = ['rescue-unkept', 'rescue-part-written', 'rescue-kept'] as const;

/** Every step of storing at the next start what was kept. */
export const REPLAY_POINTS = ['replay-read', 'replay-uncommitted', 'replay-stored', 'replay-dropped'] as const;

/** Every step of storing that the provider refused the token. */
export const REFUSAL_POINTS = ['refused', 'refusal-uncommitted', 'refusal-saved'] as const;

/** A step at which a process can die. */
export type CrashPoint =
  | (typeof EXCHANGE_POINTS)[number]
  | (typeof RESCUE_POINTS)[number]
  | (typeof REPLAY_POINTS)[number]
  | (typeof REFUSAL_POINTS)[number];

/** Where to die: at the first such step of an exchange with this kind of provider. */
export interface CrashPlan {
  readonly point: CrashPoint;
  readonly kind: string;
}

/**
 * The steps after which the provider's answer is lost with the process: from the moment it acts until the answer is on a
 * disk. `sent` is among them because the provider works on although its caller is gone.
 */
export const ANSWER_IS_LOST: readonly CrashPoint[] = [
  'sent',
  'acted',
  'answered',
  'save-uncommitted',
  'rescue-unkept',
  'rescue-part-written',
];
