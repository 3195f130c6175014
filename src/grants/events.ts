import type { UnreadReason } from '../providers/provider.ts';

/**
 * What can happen to a grant, each reported once:
 * - `grant.created`: it has its first credential
 * - `grant.refreshed`: it has another credential, obtained the ordinary way. The exchange that obtained it reports
 *   this; stored events of this type come from earlier versions, and the event log counts by it
 * - `grant.recovered`: it has another credential after it had none, or none that could be trusted
 * - `grant.unrenewable`: its new credential has no refresh token, and the provider gives nothing without one: when the
 *   access token ends, only the user can repair it
 * - `grant.expiring`: the access token of such a credential ends soon
 * - `grant.lapsed`: its refresh token expired before anybody exchanged it, though upkeep should have. Any consequence
 *   is reported when the next exchange is refused
 * - `grant.answer_unreadable`: the provider has answered an exchange with a success that we cannot read. The answer is
 *   kept, and its refresh token is left alone until it is read or a person says otherwise
 * - `grant.reconnect_required`: nothing is left that could give a credential; only its user can repair it
 * - `grant.disconnected`: a subject has left it; when the last one leaves, it ends
 * - `grant.unrevoked`: it has ended and its tokens are erased here, but the provider did not revoke them
 */
export type EventType = (typeof EVENT_TYPES)[number];

/** Every {@link EventType}. */
export const EVENT_TYPES = [
  'grant.created',
  'grant.refreshed',
  'grant.recovered',
  'grant.unrenewable',
  'grant.expiring',
  'grant.lapsed',
  'grant.answer_unreadable',
  'grant.reconnect_required',
  'grant.disconnected',
  'grant.unrevoked',
] as const;

/**
 * Why a grant had to be recovered or reconnected, or what is odd about an answer (see `UnreadReason`):
 * - `refused`: the provider ended it, for its own reasons or at its user's request
 * - `answer_lost`: the provider consumed the refresh token and its answer was never stored, or never read. This is the one loss that
 *   cannot be ruled out with a provider that rotates without a grace period
 * - `reverted`: the database went back in time, through a failover or a restore, and lost the successor of the refused
 *   token
 * - `account_mismatch`: imported tokens turned out to be of another account than the import had named
 */
export type EventReason = 'refused' | 'answer_lost' | 'reverted' | 'account_mismatch' | UnreadReason;

/** One event of a grant, for listeners outside the core. Holds no token. */
export interface GrantEvent {
  /** Counts up over all grants. */
  readonly id: number;
  readonly type: EventType;
  /** Undefined if nothing went wrong before. */
  readonly reason: EventReason | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly realm: string;
  readonly grantId: string;
  /** All subjects connected to the grant at that time; for `grant.disconnected`, the subject that left. */
  readonly subjects: readonly string[];
  /**
   * The number of the exchange that caused it, within the grant; for `grant.lapsed` and `grant.expiring`, the one that
   * obtained the token; for `grant.disconnected`, the last one before.
   */
  readonly exchangeId: number;
  /**
   * What the provider said when it refused, for `grant.reconnect_required`, `grant.recovered` and `grant.unrevoked`, as
   * far as it is known; see `Failed.detail`.
   */
  readonly detail: string | undefined;
}

/**
 * How a grant without a credential can be repaired: not at all, by one replay within a grace period, or by ourselves.
 */
export type RecoveryPath = 'none' | 'replay' | 'self';
