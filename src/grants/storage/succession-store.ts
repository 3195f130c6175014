import type { Secret } from '../../secret.ts';

/** How long an access token leads to its successor, in milliseconds. */
export interface SuccessionLimits {
  /** Counted from its own expiry. */
  readonly graceMs: number;
  /** Counted from the last call by a caller with a credential other than such a token. */
  readonly chainMs: number;
}

/**
 * Stores which access tokens lead to their successor, and until when. Every method is one transaction and rejects with
 * the store's error.
 */
export interface SuccessionStore {
  /** The subject whose grant gave this access token; undefined if the token no longer leads to its successor. */
  find(realm: string, accessToken: Secret, limits: SuccessionLimits): Promise<string | undefined>;
  /**
   * Ends the succession of all access tokens that the subject's grant has given so far; tokens of later exchanges are
   * not affected.
   *
   * @param upTo if given, only this token and those of earlier exchanges are affected; a token that the grant never
   *   gave ends nothing
   */
  end(realm: string, subject: string, upTo: Secret | undefined): Promise<void>;
  /** Records that callers of these subjects have just asked for a token. */
  noteCalls(realm: string, subjects: readonly string[]): Promise<void>;
}
