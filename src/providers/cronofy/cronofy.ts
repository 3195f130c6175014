import { openTransport } from '../../oauth/transport.ts';
import { CRONOFY, cronofyAccount, cronofyTokens, type CronofyClient } from './client.ts';
import { elementTokens } from './element-tokens.ts';
import { oauth2 } from '../oauth-2/oauth-2.ts';
import type { OAuth2Definition } from '../oauth-2/definition.ts';
import type { Provider } from '../provider.ts';

/** Configures {@link cronofy}. */
export interface CronofyOptions extends CronofyClient {
  /** Without a trailing slash: `https://app.cronofy.com`. */
  readonly appUrl: string;
  readonly scopes: readonly string[];
}

/** Cronofy, for users who link their calendars. */
export function cronofy(options: CronofyOptions): Provider {
  const { appUrl, scopes } = options;
  const transport = openTransport(options.outgoing);
  const definition: OAuth2Definition = {
    ...cronofyTokens(options),
    name: 'cronofy',
    authorization: {
      url: `${appUrl}/oauth/authorize`,
      scopes,
      // Otherwise a user who consents in a browser in which somebody else has consented before gets that person's
      // account.
      parameters: { avoid_linking: 'true' },
      // Cronofy does not document PKCE.
      pkce: false,
      account: cronofyAccount(options),
    },
  };
  return {
    ...oauth2({ ...options, ...CRONOFY, definition }, transport),
    confirmsImports: true,
    frontendTokens: elementTokens(options, transport),
  };
}
