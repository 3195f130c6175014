import type { Outgoing } from '../../oauth/outgoing.ts';
import type { Secret } from '../../secret.ts';
import type { OAuth2AccountDefinition, OAuth2Definition } from '../oauth-2/definition.ts';

/** Our client at Cronofy, in the data center where the app's accounts are. */
export interface CronofyClient {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Without a trailing slash: `https://api.cronofy.com`. */
  readonly apiUrl: string;
  /** This provider's share of Cronofy's limit per application, in requests per minute. */
  readonly requestsPerMinute: number;
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
  /** How calls leave this machine; straight to their servers if undefined. */
  readonly outgoing?: Outgoing | undefined;
}

/** The provider's title, and the settings that hold the client. */
export const CRONOFY = {
  title: 'Cronofy',
  clientSettings: 'CRONOFY_CLIENT_ID, CRONOFY_CLIENT_SECRET and CRONOFY_DATA_CENTER',
} as const;

/** Where Cronofy says whose an access token is, for accounts of every kind. */
export function cronofyAccount({ apiUrl }: Pick<CronofyClient, 'apiUrl'>): OAuth2AccountDefinition & { id: string } {
  return { url: `${apiUrl}/v1/userinfo`, id: 'sub', email: 'email', name: 'name', timeZone: 'zoneinfo' };
}

/** Cronofy's token endpoint. A refresh usually returns the same refresh token, and occasionally a new one. */
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
