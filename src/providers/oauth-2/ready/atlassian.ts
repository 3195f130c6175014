import type { ReadyDefinition } from '../definition.ts';

const NINETY_DAYS_SECONDS = 90 * 86_400;

/**
 * Atlassian (OAuth 2.0 3LO): JSON; access tokens last an hour. A refresh token can be used once, and again for ten minutes;
 * later, that ends all of its consent. It lapses after 90 days without use. Facts of November 2026, from
 * developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps and community.developer.atlassian.com/t/54172.
 */
export const ATLASSIAN: ReadyDefinition = {
  tokenUrl: 'https://auth.atlassian.com/oauth/token',
  clientAuth: 'body',
  body: 'json',
  onReuse: 'grace',
  deadGrant: [{ status: 403, error: 'invalid_grant' }],
  defaultAccessTtlSeconds: 3_600,
  refreshIdleTtlSeconds: NINETY_DAYS_SECONDS,
  authorization: {
    url: 'https://auth.atlassian.com/authorize',
    scopes: ['read:me', 'offline_access'],
    parameters: { audience: 'api.atlassian.com', prompt: 'consent' },
    account: { url: 'https://api.atlassian.com/me', id: 'account_id', email: 'email', name: 'name' },
  },
};
