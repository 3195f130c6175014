import { z } from 'zod';

/** Fields that every token family has, whatever the fake calls it. */
export const familyFields = {
  id: z.string(),
  sub: z.string(),
  clientId: z.string(),
  /** The scopes last consented to, separated by spaces. */
  scope: z.string(),
  /** Unix ms. */
  startedAt: z.number(),
  /** How many refreshes returned tokens. */
  refreshes: z.int(),
  /** How often an already replaced refresh token was presented, whatever the outcome. */
  reuseAttempts: z.int(),
};

/** Fields that every token has. */
export const tokenFields = {
  value: z.string(),
  kind: z.enum(['access', 'refresh']),
  /** Unix ms. */
  issuedAt: z.number(),
  /** Unix ms; null if it does not expire. */
  expiresAt: z.number().nullable(),
  /** How many refreshes it was used for. */
  uses: z.int(),
};

/** Why and when a token ended; null if it has not been ended, even if it has expired. */
export function endedBy<const Why extends string>(reasons: readonly Why[]) {
  return z
    .object({
      why: z.enum(reasons),
      /** Unix ms. */
      at: z.number(),
    })
    .nullable();
}
