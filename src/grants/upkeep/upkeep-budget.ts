/** Assumed of a provider that publishes no limit, in requests a minute. */
const MODEST_LIMIT = 60;
/** How much of the budget may be saved up, in milliseconds: little, so that nothing comes in bursts. */
export const SAVED_MS = 4_000;
/** Renewals in flight of one provider: enough for one that answers within the time above, and bounded by the connections there are. */
const IN_FLIGHT = { least: 8, most: 128 };

/** How many renewals ahead of need a minute a provider may be asked for. */
export function perMinuteOf({ requestsPerMinute }: { readonly requestsPerMinute?: number }, share: number): number {
  return share * (requestsPerMinute ?? MODEST_LIMIT);
}

/** How many of them may be in flight at once, in one instance. */
export function mostInFlight(perMinute: number): number {
  return Math.min(IN_FLIGHT.most, Math.max(IN_FLIGHT.least, Math.ceil((perMinute * SAVED_MS) / 60_000)));
}

/** What is used of something that there is so much of, by all and by the saving of refresh tokens among them. */
export interface Use {
  readonly used: number;
  readonly usedByLapses: number;
}

/**
 * How much of it is left to save refresh tokens with: what nobody uses, and of one half what only other refresh tokens do.
 * An access token that is late costs its caller a moment, a refresh token a grant.
 */
export function leftForLapses(all: number, { used, usedByLapses }: Use): number {
  return Math.floor(Math.max(all - used, Math.ceil(all / 2) - usedByLapses));
}
