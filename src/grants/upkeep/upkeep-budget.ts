/** The limit assumed for a provider that publishes none, in requests per minute. */
const MODEST_LIMIT = 60;
/** How much of the budget may be saved up, in milliseconds: little, to avoid bursts. */
export const SAVED_MS = 4_000;
/**
 * Renewals in flight per provider: enough for one that answers within the time above, and limited by the number of
 * connections.
 */
const IN_FLIGHT = { least: 8, most: 128 };

/**
 * How many renewals ahead of need a provider may be asked for per minute.
 *
 * @param share the share of the provider's limit, from 0 to 1
 */
export function perMinuteOf({ requestsPerMinute }: { readonly requestsPerMinute?: number }, share: number): number {
  return share * (requestsPerMinute ?? MODEST_LIMIT);
}

/**
 * How many of these may be in flight at once in one instance.
 *
 * @param perMinute the budget, in renewals per minute
 */
export function mostInFlight(perMinute: number): number {
  return Math.min(IN_FLIGHT.most, Math.max(IN_FLIGHT.least, Math.ceil((perMinute * SAVED_MS) / 60_000)));
}

/** How much of a budget is used in total, and by exchanges that keep refresh tokens from lapsing. */
export interface Use {
  readonly used: number;
  readonly usedByLapses: number;
}

/**
 * How much of a budget is left for refresh tokens that would lapse: whatever is unused, and at least one half minus
 * what other refresh tokens use of it. A late access token costs its caller a moment, a late refresh token costs a
 * grant.
 */
export function leftForLapses(all: number, { used, usedByLapses }: Use): number {
  return Math.floor(Math.max(all - used, Math.ceil(all / 2) - usedByLapses));
}
