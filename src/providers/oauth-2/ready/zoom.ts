import type { ReadyDefinition } from '../definition.ts';

/**
 * Zoom: access tokens last an hour, refresh tokens can be used once. What an app may do is set with it, so no scope is
 * asked for; it must be able to see its user. Facts of November 2026, from developers.zoom.us: /docs/integrations/oauth
 * and /docs/integrations/oauth-error-messages. How long a refresh token lasts, its sources tell differently.
 */
export const ZOOM: ReadyDefinition = {
  tokenUrl: 'https://zoom.us/oauth/token',
  clientAuth: 'basic',
  body: 'form',
  onReuse: 'reject',
  defaultAccessTtlSeconds: 3_600,
  authorization: {
    url: 'https://zoom.us/oauth/authorize',
    scopes: [],
    account: {
      url: 'https://api.zoom.us/v2/users/me',
      id: 'id',
      email: 'email',
      name: 'display_name',
      timeZone: 'timezone',
    },
  },
};
