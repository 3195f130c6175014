/**
 * When tokens end, in spans by which an index holds them: what is due is looked for span by span from now on, each in the order in which it
 * came due, and so nothing is walked that has ended, or that isn't due yet. In milliseconds; part of the schema.
 */
export const SPAN_MS = { access: 15_000, refresh: 3_600_000 };

/** The span in which an access token ends, and a refresh token, as the indexes spell it. */
export const BY_END = `expires_at / ${SPAN_MS.access}`;
export const BY_REFRESH_END = `refresh_expires_at / ${SPAN_MS.refresh}`;
