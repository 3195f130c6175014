import type { ReadyDefinition } from '../definition.ts';

/**
 * Salesforce: the API is at the `instance_url` that comes with the tokens, and no answer says when an access token ends:
 * that is the session timeout of the organization, fifteen minutes at least. `host` is the login host: `login.salesforce.com`,
 * `test.salesforce.com` for sandboxes, or a domain of one's own. Facts of November 2026, from developer.salesforce.com
 * (REST API: "Understanding the OAuth Refresh Token Process") and nango.dev/blog/salesforce-oauth-refresh-token-invalid-grant.
 */
export const SALESFORCE: ReadyDefinition = {
  parameters: { host: 'login.salesforce.com' },
  tokenUrl: 'https://{host}/services/oauth2/token',
  revokeUrl: 'https://{host}/services/oauth2/revoke',
  clientAuth: 'body',
  body: 'form',
  onReuse: 'reject',
  defaultAccessTtlSeconds: 900,
  handOn: ['instance_url', 'id', 'scope'],
  authorization: {
    url: 'https://{host}/services/oauth2/authorize',
    scopes: ['api', 'refresh_token'],
    account: { from: 'token_answer', id: 'id' },
  },
};
