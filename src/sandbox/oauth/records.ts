import { z } from 'zod';

/** What every family of tokens has, whatever it is called. */
export const familyFields = {
  id: z.string(),
  sub: z.string(),
  clientId: z.string(),
  /** What was consented to last: scopes with a space between them. */
  scope: z.string(),
  /** Unix ms. */
  startedAt: z.number(),
  /** How many refreshes were answered with tokens. */
  refreshes: z.int(),
  /** How often a refresh token was presented that another had taken the place of, whatever came of it. */
  reuseAttempts: z.int(),
};

/** What every token has. */
export const tokenFields = {
  value: z.string(),
  kind: z.enum(['access', 'refresh']),
  /** Unix ms. */
  issuedAt: z.number(),
  /** Unix ms; null when it lasts until it is ended. */
  expiresAt: z.number().nullable(),
  /** How many refreshes it brought. */
  uses: z.int(),
};

/** What became of a token; one past its expiry that nothing else befell has null. */
export function endedBy<const Why extends string>(reasons: readonly Why[]) {
  return z
    .object({
      why: z.enum(reasons),
      /** Unix ms. */
      at: z.number(),
    })
    .nullable();
}
