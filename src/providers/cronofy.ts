import type { Secret } from '../secret.ts';
import { oauth2 } from './oauth-2.ts';
import type { Provider } from './provider.ts';

/** How to reach Cronofy in the data center where the app's accounts live. */
export interface CronofyOptions {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Without a last slash: `https://api.cronofy.com`. */
  readonly apiUrl: string;
  /** Without a last slash: `https://app.cronofy.com`. */
  readonly appUrl: string;
  readonly scopes: readonly string[];
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Cronofy: refresh tokens are mostly given back as they were, and from time to time replaced. */
export function cronofy({ clientId, clientSecret, apiUrl, appUrl, scopes, ...rest }: CronofyOptions): Provider {
  return oauth2({
    ...rest,
    clientSecret,
    definition: {
      name: 'cronofy',
      tokenUrl: `${apiUrl}/oauth/token`,
      revokeUrl: `${apiUrl}/oauth/token/revoke`,
      clientId,
      clientAuth: 'body',
      body: 'json',
      onReuse: 'reject',
      requestsPerMinute: 500,
      authorization: {
        url: `${appUrl}/oauth/authorize`,
        scopes,
        // Cronofy documents none.
        pkce: false,
        account: { url: `${apiUrl}/v1/userinfo`, id: 'sub', email: 'email', name: 'name', timeZone: 'zoneinfo' },
      },
    },
  });
}
