import { DEFAULT_BOUNDS, type ExchangeBounds } from '../../../../src/grants/exchange.ts';

const TENTH = 10;

/** The product's bounds, all ten times as short: nothing but polling is saved, and polling is most of a long wait. */
export const BOUNDS: ExchangeBounds = {
  leaseMs: DEFAULT_BOUNDS.leaseMs / TENTH,
  renewMs: DEFAULT_BOUNDS.renewMs / TENTH,
  upstreamMs: DEFAULT_BOUNDS.upstreamMs / TENTH,
  marginMs: DEFAULT_BOUNDS.marginMs / TENTH,
};

/** U + Q: how long an exchange may take effect after it was opened, in milliseconds. */
export const UNRESOLVED_MS = BOUNDS.upstreamMs + BOUNDS.marginMs;

/** The longest a caller waits inside, in milliseconds. */
export const CALLER_WAIT_MS = 1_500;

/** The life of every access token, in milliseconds. */
export const LIFE_MS = 60_000;
