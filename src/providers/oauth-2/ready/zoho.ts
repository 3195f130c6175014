import type { ReadyDefinition } from '../definition.ts';

/**
 * Zoho: access tokens last an hour; the refresh token does not end, no refresh gives another, and it may be used ten times
 * in ten minutes. Errors come with status 200. `domain` is that of the users' data centre: `com`, `eu`, `in`, `com.au`,
 * `jp`. The API is at the `api_domain` that comes with the tokens. Facts of November 2026, from
 * www.zoho.com/accounts/protocol/oauth: /web-apps/access-token-expiry.html, /multi-dc.html and /revoke-tokens.html.
 */
export const ZOHO: ReadyDefinition = {
  parameters: { domain: 'com' },
  tokenUrl: 'https://accounts.zoho.{domain}/oauth/v2/token',
  revokeUrl: 'https://accounts.zoho.{domain}/oauth/v2/token/revoke',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'accept',
  deadGrant: [{ status: 200, error: 'invalid_code' }],
  wrongClient: [
    { status: 200, error: 'invalid_client' },
    { status: 200, error: 'invalid_client_secret' },
  ],
  defaultAccessTtlSeconds: 3_600,
  handOn: ['api_domain'],
  authorization: {
    url: 'https://accounts.zoho.{domain}/oauth/v2/auth',
    scopes: ['AaaServer.profile.READ'],
    scopeSeparator: ',',
    parameters: { access_type: 'offline', prompt: 'consent' },
    account: {
      url: 'https://accounts.zoho.{domain}/oauth/user/info',
      id: 'ZUID',
      email: 'Email',
      name: 'Display_Name',
    },
  },
};
