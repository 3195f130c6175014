import type { ReadyDefinition } from '../definition.ts';

/** Calendly: access tokens last two hours, refresh tokens can be used once. */
export const CALENDLY: ReadyDefinition = {
  tokenUrl: 'https://auth.calendly.com/oauth/token',
  revokeUrl: 'https://auth.calendly.com/oauth/revoke',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  defaultAccessTtlSeconds: 7_200,
  authorization: {
    url: 'https://auth.calendly.com/oauth/authorize',
    scopes: [],
    account: {
      url: 'https://api.calendly.com/users/me',
      id: 'resource.uri',
      email: 'resource.email',
      name: 'resource.name',
      timeZone: 'resource.timezone',
    },
  },
};
