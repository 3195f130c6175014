import type { Secret } from '../../secret.ts';
import type { OAuth2Definition } from '../oauth-2/definition.ts';

/** Our client at Cronofy, in the data center where the app's accounts live. */
export interface CronofyClient {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Without a last slash: `https://api.cronofy.com`. */
  readonly apiUrl: string;
  /** What of Cronofy's limit for an application this provider may count on. */
  readonly requestsPerMinute: number;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What people call it, and the settings that hold the client. */
export const CRONOFY = {
  title: 'Cronofy',
  clientSettings: 'CRONOFY_CLIENT_ID, CRONOFY_CLIENT_SECRET and CRONOFY_DATA_CENTER',
} as const;

/** Its token endpoint: refresh tokens are mostly given back as they were, and from time to time replaced. */
export function cronofyTokens({ apiUrl, clientId, requestsPerMinute }: CronofyClient) {
  return {
    tokenUrl: `${apiUrl}/oauth/token`,
    revokeUrl: `${apiUrl}/oauth/token/revoke`,
    clientId,
    clientAuth: 'body',
    body: 'json',
    onReuse: 'reject',
    requestsPerMinute,
  } as const satisfies Omit<OAuth2Definition, 'name'>;
}
