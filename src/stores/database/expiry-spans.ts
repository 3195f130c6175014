/**
 * Spans, in milliseconds, by which an index groups the ends of tokens. Due tokens are looked up span by span from now
 * on, in the order in which they come due within each, so the walk touches nothing that has ended or is not due yet.
 * Part of the schema.
 */
export const SPAN_MS = { access: 15_000, refresh: 3_600_000 };

/** The span in which an access token ends, and a refresh token, exactly as the indexes spell it. */
export const BY_END = `expires_at / ${SPAN_MS.access}`;
export const BY_REFRESH_END = `refresh_expires_at / ${SPAN_MS.refresh}`;
