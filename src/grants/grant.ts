import type { AccountProfile } from '../providers/provider.ts';
import type { Credential } from './credential.ts';
import type { ExchangeName } from './exchange.ts';

/** One subject's way to one upstream account, with the credential that is current now; all of it derived from facts. */
export interface GrantView {
  readonly grantId: string;
  /** The upstream account; undefined until one is known, and again once the provider has none by that id. */
  readonly accountId: string | undefined;
  /** Epoch milliseconds of the first credential ever; undefined until then. */
  readonly integratedAt: number | undefined;
  readonly backoff: Backoff | undefined;
  /** Of those not ended, the credential whose exchange was opened last. */
  readonly current: Credential | undefined;
  /**
   * True where an exchange that ends all other tokens upstream may have taken effect after the current credential's
   * exchange was opened, so that nobody can tell which of the two the provider honours.
   */
  readonly unsettled: boolean;
}

/** After failures in a row: when to ask upstream again, and what went wrong last. */
export interface Backoff {
  readonly failures: number;
  /** Epoch milliseconds. */
  readonly retryAt: number;
  readonly lastFailure: RetriedFailure;
}

/** The answers after which the same exchange is tried again later. */
export type RetriedFailure = 'throttled' | 'unknown' | 'not_sent';

/** Who is asking upstream for a grant at this moment, read apart from the view because only a renewal needs it. */
export interface ExchangeStatus {
  /** The grant's newest exchange, open or not; undefined where there is none. */
  readonly last: ExchangeName | undefined;
  /** How many exchanges the grant has had in the last minute, up to a hundred. */
  readonly recentExchanges: number;
  /** True while somebody holds the grant's one open exchange under a lease that has not run out. */
  readonly held: boolean;
  /** True while some exchange was sent, has no outcome, and may still take effect. */
  readonly isUnresolved: boolean;
}

/** A grant and who is asking for it, both of one moment: whatever is opened later is noticed when this leads to an exchange. */
export interface ViewWithStatus {
  readonly view: GrantView;
  readonly claims: ExchangeStatus;
}

/** What is known of the upstream account, for people. */
export interface Account {
  readonly grantId: string;
  readonly accountId: string | undefined;
  readonly integratedAt: number | undefined;
  readonly profile: AccountProfile | undefined;
  /** Epoch milliseconds at which the provider last showed it so; 0 for never. */
  readonly profileAt: number;
}
