/** What upkeep reads and writes beside the grants' own facts. Every method is one transaction. */
export interface UpkeepStore {
  /** Notes that these credentials have been handed out; the first time counts. */
  noteUsed(credentials: readonly UsedCredential[]): Promise<void>;
  /** How much the provider of this realm has been asked lately, by all instances together. */
  load(realm: string): Promise<RealmLoad>;
  /**
   * Grants whose access token should be renewed ahead of its end because it is in use, or whose refresh token is near
   * its own: those that have been due the longest, the most pressing of them first. Those that back off or have expired
   * already are not among them.
   */
  due(realm: string, limit: number): Promise<DueGrant[]>;
  /**
   * Forgets events, ended credentials and finished exchanges from before `cutoff` (epoch milliseconds), as far as
   * nothing that stands depends on them.
   *
   * @param limit the most of each kind that one call forgets
   * @returns how many there were
   */
  forget(cutoff: number, limit: number): Promise<number>;
}

/** A credential that was handed out, by its grant and its exchange's number there. */
export interface UsedCredential {
  readonly grantId: string;
  readonly exchangeId: number;
}

/** The traffic of one realm. */
export interface RealmLoad {
  /** Exchanges opened within the last minute. */
  readonly recentExchanges: number;
  /** Epoch milliseconds until which the provider asked one of us to wait; undefined where it didn't. */
  readonly throttledUntil: number | undefined;
}

/** A credential that upkeep should see to. */
export interface DueGrant {
  readonly grantId: string;
  /** Somebody connected to the grant. */
  readonly subject: string;
  /** The credential, by its exchange's number: any newer one will do. */
  readonly exchangeId: number;
}
