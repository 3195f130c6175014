import type { GrantEvent } from '../events.ts';

/**
 * What upkeep reads and writes besides the grants' own facts. Every method is one transaction unless it says otherwise,
 * and rejects with the store's error.
 */
export interface UpkeepStore {
  /** Records that these credentials have been handed out; only the first time counts. */
  noteUsed(credentials: readonly UsedCredential[]): Promise<void>;
  /** How many recent exchanges the provider of this realm has had, across all instances. */
  load(realm: string): Promise<RealmLoad>;
  /**
   * Grants whose access token is in use and should be renewed before it expires, soonest expiry first. Excludes grants
   * in back-off and tokens that have already expired.
   *
   * @param leavesUnread true to exclude grants that an unread answer holds up: see `ViewWithStatus.isUnread`
   */
  due(realm: string, limit: number, leavesUnread?: boolean): Promise<DueGrant[]>;
  /**
   * Grants whose refresh token should be exchanged so that it does not lapse, those with the smallest share of that
   * time left first. Excludes grants in back-off and tokens that have already lapsed.
   *
   * @param leavesUnread as for {@link UpkeepStore.due}
   */
  lapsing(realm: string, limit: number, leavesUnread?: boolean): Promise<DueGrant[]>;
  /**
   * Records, once each, the refresh tokens that have lapsed although they should have been exchanged: one transaction
   * per grant. One whose answer is unread has been exchanged.
   *
   * @param limit the maximum number that one call examines
   * @returns the events written
   */
  noteLapsed(realm: string, limit: number): Promise<GrantEvent[]>;
  /**
   * Records, once each, the access tokens that end soon and that nothing can renew: one transaction per grant.
   *
   * @param limit the maximum number that one call examines
   * @returns the events written
   */
  noteExpiring(realm: string, limit: number): Promise<GrantEvent[]>;
  /**
   * How many refresh tokens will lapse within each of the given times, in milliseconds from now, and how many lapsed
   * within the last week.
   */
  lapses(realm: string, withinMs: readonly number[]): Promise<Lapses>;
  /**
   * Fills in the realms of credentials written by an earlier version, which may run at the same time during an upgrade.
   */
  noteRealms(): Promise<void>;
  /**
   * Deletes some of the events, ended credentials, finished exchanges and lost grants that are past their retention and
   * that nothing current depends on. Several small transactions; only one instance does this at a time.
   *
   * @param limit the maximum number of each kind that one call examines
   */
  forget(retention: Retention, limit: number): Promise<Forgotten>;
}

/** How long history is kept, in milliseconds. */
export interface Retention {
  /** Events, exchanges that have been superseded, and unread answers that hold up their grants. */
  readonly factsMs: number;
  /** Replaced credentials and unread answers, counted from their own end and the expiry of their access token; at most `factsMs`. */
  readonly tokensMs: number;
  /**
   * Grants that only their users can repair, counted from when that was reported; and grants that nobody is connected
   * to.
   */
  readonly lostMs: number;
  /** The realms whose grants may be deleted as a whole. */
  readonly irreparable: readonly string[];
}

/** How many rows were deleted and whether there are more to delete; `elsewhere` if another instance is doing it. */
export type Forgotten =
  { readonly kind: 'forgotten'; readonly count: number; readonly isMore: boolean } | { readonly kind: 'elsewhere' };

/** A credential that was handed out, by its grant and its exchange number. */
export interface UsedCredential {
  readonly grantId: string;
  readonly exchangeId: number;
}

/** The recent traffic of one realm. */
export interface RealmLoad {
  /** Exchanges opened within the last minute. */
  readonly recentExchanges: number;
  /** Those among them that presented a refresh token that was about to lapse. */
  readonly recentLapses: number;
}

/** A credential that is due for renewal. */
export interface DueGrant {
  readonly grantId: string;
  /** A subject connected to the grant. */
  readonly subject: string;
  /** The due credential, by its exchange number. Any newer credential makes the renewal unnecessary. */
  readonly exchangeId: number;
}

/** Refresh tokens that lapse, or have lapsed, without having been exchanged. */
export interface Lapses {
  /** How many lapse within each of the requested times. */
  readonly ending: readonly number[];
  /** How many lapsed within the last week, as far as recorded. */
  readonly missed: number;
}
