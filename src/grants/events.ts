/**
 * What may be told of a grant, each once:
 * - `grant.created`: its first credential
 * - `grant.refreshed`: one more, by the ordinary way. That is told by the exchange itself, which obtained it; events of this type
 *   are from before, and what the log of events counts
 * - `grant.recovered`: one more after it had none, or none that could be trusted
 * - `grant.lapsed`: its refresh token has ended before anybody exchanged it, though upkeep should have; what follows, if
 *   anything, is told when the next exchange is refused
 * - `grant.reconnect_required`: nothing is left that could give one; only its user can repair it
 * - `grant.disconnected`: a subject has left it; with the last one it ends
 */
export type EventType = (typeof EVENT_TYPES)[number];

/** Every {@link EventType}. */
export const EVENT_TYPES = [
  'grant.created',
  'grant.refreshed',
  'grant.recovered',
  'grant.lapsed',
  'grant.reconnect_required',
  'grant.disconnected',
] as const;

/**
 * Why a grant had to be recovered or reconnected:
 * - `refused`: the provider ended it, for reasons of its own or its user's
 * - `answer_lost`: the provider spent the refresh token and its answer never came to be stored. This is the one loss
 *   that nobody can rule out with a provider that rotates without grace
 * - `reverted`: the database went back in time, by a failover or a restore, and forgot the token that followed on the one
 *   refused
 */
export type EventReason = 'refused' | 'answer_lost' | 'reverted';

/** One fact about a grant that somebody outside may want to know. Holds no token. */
export interface GrantEvent {
  /** Counts up over all grants. */
  readonly id: number;
  readonly type: EventType;
  /** Undefined where nothing went wrong before. */
  readonly reason: EventReason | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly realm: string;
  readonly grantId: string;
  /** Everybody connected to the grant when it happened; of `grant.disconnected`, who was until then. */
  readonly subjects: readonly string[];
  /**
   * The exchange that made it so, by its number in the grant; of `grant.lapsed`, the one that gave the refresh token; of
   * `grant.disconnected`, the last one before.
   */
  readonly exchangeId: number;
}

/** What is left to a grant without a credential: nothing, one replay within a grace period, or repair by ourselves. */
export type RecoveryPath = 'none' | 'replay' | 'self';
