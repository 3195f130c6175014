import type { ReadyDefinition } from '../definition.ts';

/**
 * HubSpot: an app is installed in an account (a portal), and access tokens last half an hour. Refusals have their code in
 * `status`. Facts of November 2026, from developers.hubspot.com: /docs/api-reference/auth-oauth-v3/guide and
 * /docs/api-reference/latest/account/account-information; `BAD_REFRESH_TOKEN` from public clients of it. Version 1 of
 * its endpoints ends in February 2027.
 */
export const HUBSPOT: ReadyDefinition = {
  tokenUrl: 'https://api.hubapi.com/oauth/v3/token',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  deadGrant: [{ status: 400, error: 'BAD_REFRESH_TOKEN', at: 'status' }],
  defaultAccessTtlSeconds: 1_800,
  authorization: {
    url: 'https://app.hubspot.com/oauth/authorize',
    scopes: ['oauth'],
    account: {
      url: 'https://api.hubapi.com/account-info/2026-03/details',
      id: 'portalId',
      username: 'uiDomain',
      timeZone: 'timeZone',
    },
  },
};
