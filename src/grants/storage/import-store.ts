import type { Secret } from '../../secret.ts';
import type { Schedule } from '../rules/renewal-schedule.ts';

/** One grant as an operator imports it: tokens that another program obtained. */
export interface ImportedGrant {
  /** See `Provider.realm`. */
  readonly realm: string;
  /** Of a connection with a name, its key: see `connectionKey`. */
  readonly subject: string;
  /** The upstream account; undefined if the operator does not name it and the provider does not need it for repair. */
  readonly accountId: string | undefined;
  /** True if each of the provider's accounts was created for one subject, so that no two subjects may share it. */
  readonly isOneSubjects?: boolean;
  /** Undefined if there is only a refresh token. */
  readonly access: ImportedToken | undefined;
  /** Undefined if there is only an access token. */
  readonly refresh: ImportedToken | undefined;
  readonly tokenType: string;
  /** True if the provider gives no token without a refresh token or the user's consent. */
  readonly needsRefreshToken?: boolean;
}

/** An import that is ready to be stored. */
export interface ScheduledImport extends ImportedGrant {
  /** When upkeep renews its tokens; unused without a refresh token. */
  readonly schedule: Schedule;
}

/**
 * A token; `expiresAt` in epoch milliseconds, undefined if the operator does not give it. An access token is then due
 * for renewal at once, or, if nothing can renew it, trusted until somebody reports it.
 */
export interface ImportedToken {
  readonly token: Secret;
  readonly expiresAt: number | undefined;
}

/**
 * The verdict on one import:
 * - `imported`: its tokens are now the current ones
 * - `already_there`: the same import was made before, and nothing has changed
 * - `other_account`: the subject is connected to another account
 * - `account_elsewhere`: the subject's own grant has no account (any more), and others use that grant or the imported
 *   account
 * - `account_unnamed`: the subject is connected to an account, and the import does not say whether the tokens belong to
 *   it
 * - `busy`: another process is asking the provider for this grant; a retry may succeed
 *
 * Only `imported` writes anything.
 */
export type ImportVerdict =
  'imported' | 'already_there' | 'other_account' | 'account_elsewhere' | 'account_unnamed' | 'busy';

/** Stores imports. Methods reject with the store's error. */
export interface ImportStore {
  /**
   * Adds these in order; all are durable when the promise resolves. Nothing that exists is lost: another token is
   * another credential, and the last one added is current.
   *
   * @returns a verdict for each
   */
  add(imports: readonly ScheduledImport[]): Promise<ImportVerdict[]>;
  /** The verdicts that {@link ImportStore.add} would give; writes nothing. */
  check(imports: readonly ScheduledImport[]): Promise<ImportVerdict[]>;
}
