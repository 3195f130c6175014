import type { ReadyDefinition } from '../definition.ts';

/**
 * Slack, for bot tokens: one for each workspace, so a workspace is an account. With token rotation, which an app opts in
 * to, access tokens last twelve hours and a refresh token can be used once; without it there is neither end nor refresh.
 * Errors come with status 200. `scopes` must say what the bot may do. `auth.revoke` is not RFC 7009. Facts of
 * November 2026, from docs.slack.dev: /authentication/using-token-rotation and /reference/methods/oauth.v2.access.
 */
export const SLACK: ReadyDefinition = {
  tokenUrl: 'https://slack.com/api/oauth.v2.access',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  tokenTypes: ['bot'],
  deadGrant: [
    { status: 200, error: 'invalid_refresh_token' },
    { status: 200, error: 'invalid_code' },
  ],
  wrongClient: [
    { status: 200, error: 'invalid_client_id' },
    { status: 200, error: 'bad_client_secret' },
  ],
  defaultAccessTtlSeconds: 43_200,
  handOn: ['team.id', 'bot_user_id', 'scope'],
  authorization: {
    url: 'https://slack.com/oauth/v2/authorize',
    scopes: [],
    scopeSeparator: ',',
    pkce: false,
    account: { from: 'token_answer', id: 'team.id', name: 'team.name' },
  },
};
