import type { AccountProfile } from '../providers/provider.ts';
import type { Credential } from './credential.ts';
import type { ExchangeName } from './exchange.ts';

/** One subject's access to one upstream account, with its current credential. All of it is derived from facts. */
export interface GrantView {
  readonly grantId: string;
  /**
   * The upstream account; undefined until it is known, and again once the provider no longer has an account with that
   * id.
   */
  readonly accountId: string | undefined;
  /** Epoch milliseconds of the first credential; undefined until then. */
  readonly integratedAt: number | undefined;
  readonly backoff: Backoff | undefined;
  /** Of the credentials that have not ended, the one whose exchange was opened last. */
  readonly current: Credential | undefined;
  /**
   * True if an exchange that ends all other tokens upstream may have taken effect after the current credential's
   * exchange was opened. It is then unknown which of the two the provider honours.
   */
  readonly unsettled: boolean;
  /**
   * Whether the provider has yet to say that the account of an import is the one of its tokens:
   *
   * - `due`: it has not been asked, so nothing may be handed out before it is
   * - `failed`: it named another account, and nothing that could be handed out has come since
   *
   * Absent where there is nothing to confirm.
   */
  readonly confirmation?: 'due' | 'failed';
}

/** After consecutive failures: when to ask the provider again, and how the last attempt failed. */
export interface Backoff {
  readonly failures: number;
  /** Epoch milliseconds. */
  readonly retryAt: number;
  readonly lastFailure: RetriedFailure;
}

/**
 * The failures after which the same exchange is retried later; `unavailable` if the provider said when, and not because
 * of its limits.
 */
export type RetriedFailure = 'throttled' | 'unavailable' | 'client_refused' | 'unknown' | 'not_sent';

/** The state of a grant's exchanges at this moment. Read separately from the view because only a renewal needs it. */
export interface ExchangeStatus {
  /** The grant's newest exchange, open or finished; undefined if there is none. */
  readonly last: ExchangeName | undefined;
  /** How many exchanges the grant had in the last minute, counted up to a hundred. */
  readonly recentExchanges: number;
  /** True while a process holds the grant's one open exchange under a valid lease. */
  readonly held: boolean;
  /** True while an exchange without an outcome may still take effect. */
  readonly isUnresolved: boolean;
}

/**
 * A grant and its exchange status, read at one moment. An exchange opened later is noticed when this leads to one of
 * our own.
 */
export interface ViewWithStatus {
  readonly view: GrantView;
  readonly claims: ExchangeStatus;
  /**
   * True while an unread answer is kept that is newer than all of the grant's credentials, and nobody has allowed to
   * present the refresh token again that was spent for it.
   */
  readonly isUnread: boolean;
}

/** What is known about the upstream account, to show to people. */
export interface Account {
  readonly grantId: string;
  readonly accountId: string | undefined;
  readonly integratedAt: number | undefined;
  readonly profile: AccountProfile | undefined;
  /** When the provider last showed this profile, in epoch milliseconds; 0 for never. */
  readonly profileAt: number;
}
