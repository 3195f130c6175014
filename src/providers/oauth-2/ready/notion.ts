import type { ReadyDefinition } from '../definition.ts';

/**
 * Notion: JSON and HTTP Basic, with its API version in a header. A refresh gives a new pair; no answer says when a token
 * ends. `bot_id` names an authorization, as one user has one for each workspace. Facts of November 2026, from
 * developers.notion.com: /reference/create-a-token, /reference/refresh-a-token and
 * /changelog/oauth-token-response-now-includes-more-info-about-the-workspace.
 */
export const NOTION: ReadyDefinition = {
  tokenUrl: 'https://api.notion.com/v1/oauth/token',
  clientAuth: 'basic',
  body: 'json',
  headers: { 'notion-version': '2026-03-11' },
  onReuse: 'reject',
  handOn: ['bot_id', 'workspace_id'],
  authorization: {
    url: 'https://api.notion.com/v1/oauth/authorize',
    scopes: [],
    parameters: { owner: 'user' },
    pkce: false,
    account: {
      from: 'token_answer',
      id: 'bot_id',
      email: 'owner.user.person.email',
      username: 'workspace_name',
      name: 'owner.user.name',
    },
  },
};
