import { z } from 'zod';
import { endedBy, familyFields, tokenFields } from '../../oauth/records.ts';

const client = z.object({
  id: z.string(),
  /** Null for a public client. */
  secret: z.string().nullable(),
  name: z.string(),
  redirectUris: z.array(z.string()),
});

const account = z.object({
  sub: z.string(),
  email: z.string(),
  name: z.string(),
});

const family = z.object({
  ...familyFields,
  /** Why no token of it can ever be issued or taken again; null while that is not so. */
  ended: z.enum(['revoked', 'reused_family_revoked', 'code_reused']).nullable(),
});

const token = z.object({
  ...tokenFields,
  family: z.string(),
  /** An access token's may be narrower than its family's. */
  scope: z.string(),
  /** The refresh token that brought it, and whether that one was spent by it; null for those of the consent itself. */
  parent: z.object({ token: z.string(), wasSpent: z.boolean() }).nullable(),
  ended: endedBy(['rotated', 'superseded', 'revoked', 'reused_family_revoked', 'code_reused', 'purged']),
});

const code = z.object({
  value: z.string(),
  clientId: z.string(),
  sub: z.string(),
  scope: z.string(),
  redirectUri: z.string(),
  /** Of the method S256. */
  codeChallenge: z.string().nullable(),
  /** Whether its exchange brings a refresh token. */
  bringsRefreshToken: z.boolean(),
  /** Unix ms. */
  expiresAt: z.number(),
  /** The family of the tokens that it gave; null until then. */
  family: z.string().nullable(),
});

/** The whole state of the fake as JSON data. */
export const worldSnapshot = z.object({
  clients: z.array(client),
  accounts: z.array(account),
  families: z.array(family),
  tokens: z.array(token),
  codes: z.array(code).default([]),
});

export type Client = z.output<typeof client>;
export type Account = z.output<typeof account>;
/** The tokens that descend from one consent. */
export type Family = z.output<typeof family>;
export type Token = z.output<typeof token>;
/** An authorization code, kept until it expires so that its reuse is seen. */
export type Code = z.output<typeof code>;
export type WorldSnapshot = z.output<typeof worldSnapshot>;
