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
  /** Why its tokens can no longer be issued or accepted; null while they can. */
  ended: z.enum(['revoked', 'reused_family_revoked', 'code_reused']).nullable(),
});

const token = z.object({
  ...tokenFields,
  family: z.string(),
  /** An access token's scope may be narrower than its family's. */
  scope: z.string(),
  /** The refresh token that gave it, and whether that one was spent; null for tokens of the consent itself. */
  parent: z.object({ token: z.string(), wasSpent: z.boolean() }).nullable(),
  ended: endedBy(['rotated', 'superseded', 'revoked', 'reused_family_revoked', 'code_reused', 'purged']),
});

const code = z.object({
  value: z.string(),
  clientId: z.string(),
  sub: z.string(),
  scope: z.string(),
  redirectUri: z.string(),
  /** Of method S256 (RFC 7636). */
  codeChallenge: z.string().nullable(),
  /** Whether exchanging it gives a refresh token. */
  bringsRefreshToken: z.boolean(),
  /** Unix ms. */
  expiresAt: z.number(),
  /** The family of the tokens it gave; null until exchanged. */
  family: z.string().nullable(),
});

/** The complete state of the fake as JSON data. */
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
/** An authorization code, kept until it expires so that reuse is detected. */
export type Code = z.output<typeof code>;
export type WorldSnapshot = z.output<typeof worldSnapshot>;
