import type { ReadyDefinition } from '../definition.ts';

/**
 * Calendly: access tokens last two hours, refresh tokens can be used once. Apps made since March 2026 may do nothing until
 * they ask for scopes; `users:read` is what tells whose the tokens are. Facts of November 2026, from
 * developer.calendly.com: /docs/authentication/scopes, /release-notes/2026/3/3, /refresh-token-rotation-guide.
 */
export const CALENDLY: ReadyDefinition = {
  tokenUrl: 'https://auth.calendly.com/oauth/token',
  revokeUrl: 'https://auth.calendly.com/oauth/revoke',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  defaultAccessTtlSeconds: 7_200,
  authorization: {
    url: 'https://auth.calendly.com/oauth/authorize',
    scopes: ['users:read', 'event_types:read', 'availability:read', 'scheduled_events:read'],
    account: {
      url: 'https://api.calendly.com/users/me',
      id: 'resource.uri',
      email: 'resource.email',
      name: 'resource.name',
      timeZone: 'resource.timezone',
    },
  },
};
