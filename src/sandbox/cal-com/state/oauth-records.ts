import { z } from 'zod';

const thirdPartyClient = z.object({
  id: z.string(),
  /** Null for a public client, which authenticates by PKCE (RFC 7636). */
  secret: z.string().nullable(),
  name: z.string(),
  /** A pending client works for its owner only. */
  status: z.enum(['approved', 'pending', 'rejected']),
  ownerId: z.int(),
  redirectUris: z.array(z.string()),
  scopes: z.array(z.string()),
});

const authorizationCode = z.object({
  value: z.string(),
  clientId: z.string(),
  userId: z.int(),
  scopes: z.array(z.string()),
  redirectUri: z.string(),
  /** Of method S256 (RFC 7636). */
  codeChallenge: z.string().nullable(),
  /** Unix ms. */
  expiresAt: z.number(),
});

/** The state of OAuth 2 for third parties. Its tokens are stored with all others. */
export const oauthSnapshot = z.object({ clients: z.array(thirdPartyClient), codes: z.array(authorizationCode) });

/** A client that acts for ordinary accounts with their consent, as opposed to one that manages users. */
export type ThirdPartyClient = z.output<typeof thirdPartyClient>;
/** An issued code that has not been presented. */
export type AuthorizationCode = z.output<typeof authorizationCode>;
export type OAuthSnapshot = z.output<typeof oauthSnapshot>;
