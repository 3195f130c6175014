import type { ReadyDefinition } from '../definition.ts';

const SIXTY_DAYS_SECONDS = 60 * 86_400;

/**
 * LinkedIn: access tokens last 60 days. Only approved partners get refresh tokens, which last a year from the consent,
 * whatever is done with them; the answers say how much of it is left. The flow for web servers has no PKCE. Facts of
 * November 2026, from learn.microsoft.com/linkedin: /shared/authentication/programmatic-refresh-tokens and
 * /consumer/integrations/self-serve/sign-in-with-linkedin-v2.
 */
export const LINKEDIN: ReadyDefinition = {
  tokenUrl: 'https://www.linkedin.com/oauth/v2/accessToken',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  longestAccessTtlSeconds: SIXTY_DAYS_SECONDS,
  authorization: {
    url: 'https://www.linkedin.com/oauth/v2/authorization',
    scopes: ['openid', 'profile', 'email'],
    pkce: false,
    account: { url: 'https://api.linkedin.com/v2/userinfo', id: 'sub', email: 'email', name: 'name' },
  },
};
