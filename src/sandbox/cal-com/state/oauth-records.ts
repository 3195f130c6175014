import { z } from 'zod';

const thirdPartyClient = z.object({
  id: z.string(),
  /** Null for a public client, which proves itself by PKCE. */
  secret: z.string().nullable(),
  name: z.string(),
  /** One that is pending works for its owner alone. */
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
  /** Of the method S256. */
  codeChallenge: z.string().nullable(),
  /** Unix ms. */
  expiresAt: z.number(),
});

/** What OAuth 2 for third parties adds to the state; its tokens are among all others. */
export const oauthSnapshot = z.object({ clients: z.array(thirdPartyClient), codes: z.array(authorizationCode) });

/** A client that acts for ordinary accounts by their consent; not one of those that manage users. */
export type ThirdPartyClient = z.output<typeof thirdPartyClient>;
/** A code that was given and not yet presented. */
export type AuthorizationCode = z.output<typeof authorizationCode>;
export type OAuthSnapshot = z.output<typeof oauthSnapshot>;
