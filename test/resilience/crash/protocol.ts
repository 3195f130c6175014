import type { CrashPlan } from './crash-points.ts';

/** How a worker is started. */
export interface WorkerOptions {
  /** One of the two. */
  readonly databasePath?: string | undefined;
  readonly databaseUrl?: string | undefined;
  readonly rescueFolder: string;
  /** The key that seals, in base64. */
  readonly key: string;
  /** Where each kind of provider is played. */
  readonly urls: Readonly<Record<string, string>>;
  /** Where to die while starting. */
  readonly crash?: CrashPlan | undefined;
}

/** One subject at one kind of provider. */
export interface Slot {
  readonly kind: string;
  readonly subject: string;
  /** The account that the subject brings along; undefined for managed users, who are given one. */
  readonly account?: { readonly sub: string; readonly accessToken: string; readonly refreshToken: string } | undefined;
}

/** What a worker is told: whose tokens to hold first, whom to get a new token for, all at once, and where to die at it. */
export interface Order {
  readonly hold?: readonly Slot[];
  readonly ask: readonly Slot[];
  readonly crash?: CrashPlan | undefined;
}

/** What came of asking for one subject, and the refresh token that the store holds now. */
export interface Asked {
  readonly kind: string;
  readonly subject: string;
  readonly accessToken?: string;
  readonly error?: string;
  readonly grantId: string | undefined;
  readonly refreshToken: string | undefined;
  /** Every refresh token that the store holds of this grant, ended or not; given with an error alone. */
  readonly held?: readonly string[];
}
