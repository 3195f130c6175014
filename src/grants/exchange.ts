import type { ExchangeResult } from '../providers/provider.ts';

/**
 * What an exchange does: `provision` creates the account, `refresh` spends a refresh token, `recover` gets a credential
 * without one and ends all others of the account, or may. An `import` asks nobody: the operator brought the credential. A
 * `link` is written when it is over: the user's consent brought the credential. A `revoke` ends the grant, once nobody is
 * connected.
 */
export type ExchangeKind = 'provision' | 'refresh' | 'recover' | 'import' | 'link' | 'revoke';

/** How an exchange ended: the provider's answer, in one word. An abandoned exchange has none (yet). */
export type Outcome = ExchangeResult['kind'];

/**
 * What names an exchange within its grant, and the credential that it gave. The number says what is newer. But a database
 * that went back in time hands out the same numbers again, and so it is the nonce that says which exchange is meant.
 */
export interface ExchangeName {
  /** Counts up within the grant, in the order in which its exchanges were opened. */
  readonly exchangeId: number;
  /** Unguessable, and never anybody else's. */
  readonly nonce: string;
}

/** An exchange that this process has opened: the claim, the intent and the journal entry in one row. */
export interface OpenExchange extends ExchangeName {
  readonly grantId: string;
  readonly kind: ExchangeKind;
  /** The credential whose refresh token is spent; undefined for the kinds that spend none. */
  readonly presented: ExchangeName | undefined;
  /** The account asked for; undefined for the kinds that name none. */
  readonly accountId: string | undefined;
  /** Epoch milliseconds by this machine's clock, not later than its lease began. */
  readonly openedAt: number;
  /** The same moment by the monotonic clock of the process that opened it, in milliseconds; it means nothing to any other. */
  readonly openedTick: number;
}

/** The bounds of an exchange in time, in milliseconds. */
export interface ExchangeBounds {
  /** How long a claim holds without being renewed. */
  readonly leaseMs: number;
  /** How often the holder renews it. */
  readonly renewMs: number;
  /** U: the hard cap of one upstream call. */
  readonly upstreamMs: number;
  /** Q: how long after U a call may still take effect upstream. */
  readonly marginMs: number;
}

/** How long after its exchange was opened a call may take effect, in milliseconds: U + Q. */
export function unresolvedMs({ upstreamMs, marginMs }: ExchangeBounds): number {
  return upstreamMs + marginMs;
}

/** What design and measurement settled on; only the cap of an upstream call is the operator's to set. */
export const DEFAULT_BOUNDS: ExchangeBounds = {
  leaseMs: 10_000,
  renewMs: 3_000,
  upstreamMs: 120_000,
  marginMs: 15_000,
};
