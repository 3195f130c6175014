import type { ReadyDefinition } from '../definition.ts';

const SIXTY_DAYS_SECONDS = 60 * 86_400;

/**
 * Xero: access tokens last half an hour. A refresh gives a new pair; the old refresh token is taken again for half an hour,
 * for clients that lost the answer, and one that nobody uses lapses after 60 days. Facts of November 2026, from
 * developer.xero.com/faq/oauth2 and github.com/XeroAPI/xero-node (revocation).
 */
export const XERO: ReadyDefinition = {
  tokenUrl: 'https://identity.xero.com/connect/token',
  revokeUrl: 'https://identity.xero.com/connect/revocation',
  clientAuth: 'basic',
  body: 'form',
  onReuse: 'grace',
  defaultAccessTtlSeconds: 1_800,
  refreshIdleTtlSeconds: SIXTY_DAYS_SECONDS,
  authorization: {
    url: 'https://login.xero.com/identity/connect/authorize',
    scopes: ['openid', 'profile', 'email', 'offline_access'],
    account: { from: 'id_token', id: 'sub', email: 'email', name: 'name' },
  },
};
