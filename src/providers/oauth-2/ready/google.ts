import type { ReadyDefinition } from '../definition.ts';

const SIX_MONTHS_SECONDS = 180 * 86_400;

/**
 * Google: one refresh token that is never replaced, issued at the first consent or when consent is requested again. It
 * lapses after six months without use. Facts of November 2026, from developers.google.com/identity/protocols/oauth2.
 */
export const GOOGLE: ReadyDefinition = {
  tokenUrl: 'https://oauth2.googleapis.com/token',
  revokeUrl: 'https://oauth2.googleapis.com/revoke',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'accept',
  defaultAccessTtlSeconds: 3_599,
  refreshIdleTtlSeconds: SIX_MONTHS_SECONDS,
  authorization: {
    url: 'https://accounts.google.com/o/oauth2/v2/auth',
    scopes: ['openid', 'email', 'https://www.googleapis.com/auth/calendar'],
    parameters: { access_type: 'offline', prompt: 'consent' },
    issuer: 'https://accounts.google.com',
    account: { url: 'https://openidconnect.googleapis.com/v1/userinfo', id: 'sub', email: 'email', name: 'name' },
  },
};
