import type { GrantEvent } from '../events.ts';

/** What upkeep reads and writes beside the grants' own facts. Every method is one transaction unless it says otherwise. */
export interface UpkeepStore {
  /** Notes that these credentials have been handed out; the first time counts. */
  noteUsed(credentials: readonly UsedCredential[]): Promise<void>;
  /** How much the provider of this realm has been asked lately, by all instances together. */
  load(realm: string): Promise<RealmLoad>;
  /**
   * Grants whose access token should be renewed ahead of its end because it is in use, those first that end the soonest. Those that back off or have expired already are not among them.
   */
  due(realm: string, limit: number): Promise<DueGrant[]>;
  /**
   * Grants whose refresh token should be exchanged lest it lapse, those first that have the least left of the time for
   * that. Those that back off or have lapsed already are not among them.
   */
  lapsing(realm: string, limit: number): Promise<DueGrant[]>;
  /**
   * Writes down, once, which refresh tokens have lapsed that should have been exchanged: one transaction for each grant.
   *
   * @param limit the most that one call looks at
   * @returns the events written
   */
  noteLapsed(realm: string, limit: number): Promise<GrantEvent[]>;
  /** What is to lapse within the times given, in milliseconds from now, and what has lapsed within the last week. */
  lapses(realm: string, withinMs: readonly number[]): Promise<Lapses>;
  /** Notes the realms of credentials that an earlier version wrote, which during an upgrade may run beside this one. */
  noteRealms(): Promise<void>;
  /**
   * Forgets some of the events, ended credentials, finished exchanges and lost grants that are older than they are kept, as far
   * as nothing that stands depends on them. Several small transactions. One instance at a time does so.
   *
   * @param limit the most of each kind that one call looks at
   */
  forget(retention: Retention, limit: number): Promise<Forgotten>;
}

/** How long what is history is kept, in milliseconds. */
export interface Retention {
  /** Events, and exchanges that something newer has replaced. */
  readonly factsMs: number;
  /** Credentials that have ended and been replaced, after their end and that of their access token: at most `factsMs`. */
  readonly tokensMs: number;
  /** Grants that have nothing left and that only their users can repair, since that was told; and grants that nobody is connected to. */
  readonly lostMs: number;
  /** The realms of which grants may be forgotten as a whole. */
  readonly irreparable: readonly string[];
}

/** How many rows were forgotten, and whether there is more to be; or that another instance is at it. */
export type Forgotten =
  { readonly kind: 'forgotten'; readonly count: number; readonly isMore: boolean } | { readonly kind: 'elsewhere' };

/** A credential that was handed out, by its grant and its exchange's number there. */
export interface UsedCredential {
  readonly grantId: string;
  readonly exchangeId: number;
}

/** The traffic of one realm. */
export interface RealmLoad {
  /** Exchanges opened within the last minute. */
  readonly recentExchanges: number;
  /** Those among them that spent a refresh token which was about to lapse. */
  readonly recentLapses: number;
}

/** A credential that upkeep should see to. */
export interface DueGrant {
  readonly grantId: string;
  /** Somebody connected to the grant. */
  readonly subject: string;
  /** The credential, by its exchange's number: any newer one will do. */
  readonly exchangeId: number;
}

/** Refresh tokens that end, or have ended, without having been exchanged. */
export interface Lapses {
  /** How many end within each of the times asked for. */
  readonly ending: readonly number[];
  /** How many ended within the last week, as far as it was noted. */
  readonly missed: number;
}
