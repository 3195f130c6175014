import type { Secret } from '../../secret.ts';

/** How long an access token finds its successor, in milliseconds. */
export interface SuccessionLimits {
  /** After its own end. */
  readonly graceMs: number;
  /** After the last call of somebody who showed another credential than such a token. */
  readonly chainMs: number;
}

/** Which access tokens find their successor, and until when. Every method is one transaction. */
export interface SuccessionStore {
  /** The subject whose grant gave this access token, where it still finds its successor. */
  find(realm: string, accessToken: Secret, limits: SuccessionLimits): Promise<string | undefined>;
  /**
   * From now on no access token that the subject's grant has given finds its successor; those of later exchanges do.
   *
   * @param upTo where given, only this one and those of earlier exchanges; one that the grant never gave ends nothing
   */
  end(realm: string, subject: string, upTo: Secret | undefined): Promise<void>;
  /** Notes that these subjects' callers have just asked for a token. */
  noteCalls(realm: string, subjects: readonly string[]): Promise<void>;
}
