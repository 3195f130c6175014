import type { ReadyDefinition } from '../definition.ts';

const HUNDRED_DAYS_SECONDS = 100 * 86_400;

/**
 * QuickBooks Online: access tokens last an hour, refresh tokens lapse after 100 days without use, and their value changes
 * about once a day. An API call names the company, which the callback brings as `realmId`; the ID token names the user.
 * Facts of November 2026, from developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization:
 * /oauth-2.0, /openid-connect and /faq.
 */
export const QUICKBOOKS: ReadyDefinition = {
  tokenUrl: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
  clientAuth: 'basic',
  body: 'form',
  onReuse: 'reject',
  defaultAccessTtlSeconds: 3_600,
  refreshIdleTtlSeconds: HUNDRED_DAYS_SECONDS,
  handOn: ['callback.realmId'],
  authorization: {
    url: 'https://appcenter.intuit.com/connect/oauth2',
    scopes: ['com.intuit.quickbooks.accounting', 'openid', 'profile', 'email'],
    account: { from: 'id_token', id: 'sub', email: 'email' },
  },
};
