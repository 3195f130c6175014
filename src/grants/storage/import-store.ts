import type { Secret } from '../../secret.ts';
import type { Schedule } from '../rules/renewal-schedule.ts';

/** What the operator brings of one grant: tokens that some other program obtained. */
export interface ImportedGrant {
  /** See `Provider.realm`. */
  readonly realm: string;
  readonly subject: string;
  /** The upstream account; undefined where the operator doesn't say and the provider needs none for repair. */
  readonly accountId: string | undefined;
  /** True where each of the provider's accounts was made for one subject, and no two may share it. */
  readonly isOneSubjects?: boolean;
  /** Undefined where there is a refresh token alone. */
  readonly access: ImportedToken | undefined;
  /** Undefined where there is an access token alone. */
  readonly refresh: ImportedToken | undefined;
  readonly tokenType: string;
}

/** An import on its way into the store. */
export interface ScheduledImport extends ImportedGrant {
  /** When upkeep sees to its tokens; of no use without a refresh token. */
  readonly schedule: Schedule;
}

/** A token; `expiresAt` in epoch milliseconds, undefined where the operator doesn't say. */
export interface ImportedToken {
  readonly token: Secret;
  readonly expiresAt: number | undefined;
}

/**
 * What became of one import:
 * - `imported`: its tokens are the current ones now
 * - `already_there`: the same was imported before, and nothing has changed
 * - `other_account`: the subject is connected to another account
 * - `account_elsewhere`: the subject's own grant lost its account or has none yet, and others use this one or that
 * - `account_unnamed`: the subject is connected to an account, and it isn't said whether the tokens are of that one
 * - `busy`: somebody is asking the provider for this grant just now; another try may succeed
 *
 * Nothing is written where it is not `imported`.
 */
export type ImportVerdict =
  'imported' | 'already_there' | 'other_account' | 'account_elsewhere' | 'account_unnamed' | 'busy';

/** Where imports go. */
export interface ImportStore {
  /**
   * Adds these in their order, all of them durable when the promise resolves. Nothing that is there is lost: a token more is a
   * credential more, and the one added last is the current one.
   *
   * @returns a verdict for each
   */
  add(imports: readonly ScheduledImport[]): Promise<ImportVerdict[]>;
  /** What {@link ImportStore.add} would say; writes nothing. */
  check(imports: readonly ScheduledImport[]): Promise<ImportVerdict[]>;
}
