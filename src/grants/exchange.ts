import type { ExchangeResult } from '../providers/provider.ts';

/**
 * What an exchange does. `provision` creates the account. `refresh` presents a refresh token. `recover` gets a
 * credential without one and ends, or may end, all others of the account. An `import` asks no provider: the operator
 * supplied the credential. A `link` is written when it is complete: the user's consent supplied the credential. A
 * `revoke` ends the grant once nobody is connected to it.
 */
export type ExchangeKind = 'provision' | 'refresh' | 'recover' | 'import' | 'link' | 'revoke';

/** How an exchange ended: the kind of the provider's answer. An abandoned exchange has none (yet). */
export type Outcome = ExchangeResult['kind'];

/**
 * The name of an exchange within its grant, and of the credential that it obtained. The number tells which exchange is
 * newer. A database that went back in time reuses numbers, so the nonce tells which exchange is meant.
 */
export interface ExchangeName {
  /** Counts up within the grant, in the order in which its exchanges were opened. */
  readonly exchangeId: number;
  /** Random, unguessable and never reused. */
  readonly nonce: string;
}

/** An exchange that this process has opened: lease, intent and journal entry in one row. */
export interface OpenExchange extends ExchangeName {
  readonly grantId: string;
  readonly kind: ExchangeKind;
  /** The credential whose refresh token is presented; undefined for kinds that present none. */
  readonly presented: ExchangeName | undefined;
  /** The requested account; undefined for kinds that name none. */
  readonly accountId: string | undefined;
  /** Epoch milliseconds by this machine's clock, no later than the start of its lease. */
  readonly openedAt: number;
  /**
   * The same moment in milliseconds by the monotonic clock of the process that opened it. Meaningless in any other
   * process.
   */
  readonly openedTick: number;
}

/** The time limits of an exchange, in milliseconds. */
export interface ExchangeBounds {
  /** How long a lease lasts without renewal. */
  readonly leaseMs: number;
  /** How often the holder renews its lease. */
  readonly renewMs: number;
  /** U: the hard cap of one upstream call. */
  readonly upstreamMs: number;
  /** Q: how long after U a call may still take effect upstream. */
  readonly marginMs: number;
}

/** How long after its exchange was opened a call may still take effect, in milliseconds: U + Q. */
export function unresolvedMs({ upstreamMs, marginMs }: ExchangeBounds): number {
  return upstreamMs + marginMs;
}

/** The limits in use. Operators can only set the hard cap of an upstream call. */
export const DEFAULT_BOUNDS: ExchangeBounds = {
  leaseMs: 10_000,
  renewMs: 3_000,
  upstreamMs: 120_000,
  marginMs: 15_000,
};
