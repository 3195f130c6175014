import type { ReadyDefinition } from '../definition.ts';
import { MICROSOFT_DEAD_GRANT } from '../known-refusals.ts';

const NINETY_DAYS_SECONDS = 90 * 86_400;

/**
 * Microsoft: every refresh returns a new refresh token, and old ones stay valid; all lapse after 90 days. `tenant` is
 * `common`, or the id or a domain of one. Facts of November 2026, from
 * learn.microsoft.com/entra/identity-platform/refresh-tokens.
 */
export const MICROSOFT: ReadyDefinition = {
  parameters: { tenant: 'common' },
  tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'accept',
  deadGrant: MICROSOFT_DEAD_GRANT,
  defaultAccessTtlSeconds: 3_600,
  refreshTtlSeconds: NINETY_DAYS_SECONDS,
  authorization: {
    url: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    scopes: ['openid', 'email', 'profile', 'offline_access', 'Calendars.ReadWrite'],
    account: { url: 'https://graph.microsoft.com/oidc/userinfo', id: 'sub', email: 'email', name: 'name' },
  },
};
