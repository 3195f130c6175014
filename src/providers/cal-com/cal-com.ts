import type { Outgoing } from '../../oauth/outgoing.ts';
import { openTransport } from '../../oauth/transport.ts';
import type { Secret } from '../../secret.ts';
import { otherKind } from './client-kind.ts';
import { oauth2 } from '../oauth-2/oauth-2.ts';
import type { OAuth2Definition } from '../oauth-2/definition.ts';
import type { Provider } from '../provider.ts';

/** Configures {@link calCom}: an OAuth client, for users who already have an account at Cal.com. */
export interface CalComOptions {
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret: Secret | undefined;
  /** With the version, without a trailing slash: `https://api.cal.com/v2`. */
  readonly apiUrl: string;
  /** Without a trailing slash: `https://app.cal.com`. */
  readonly appUrl: string;
  readonly scopes: readonly string[];
  /** `v2`: the API's own token endpoint. `app`: the older endpoints of the web app. */
  readonly endpoints: 'v2' | 'app';
  /** Hard cap of one upstream call, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** Returns the time in epoch milliseconds. */
  readonly now: () => number;
  /** How calls leave this machine; straight to their servers if undefined. */
  readonly outgoing?: Outgoing | undefined;
}

/** Cal.com for third parties: a user consents to what an app does with their account. */
export function calCom({ clientSecret, upstreamTimeoutMs, now, outgoing, ...options }: CalComOptions): Provider {
  const definition = options.endpoints === 'v2' ? newer(options, clientSecret) : older(options, clientSecret);
  const clientSettings = 'CAL_COM_OAUTH_CLIENT_ID and CAL_COM_OAUTH_CLIENT_SECRET, and CAL_COM_REGION';
  const transport = openTransport(outgoing);
  const provider = oauth2(
    { definition, title: 'Cal.com', clientSecret, clientSettings, upstreamTimeoutMs, now },
    transport,
  );
  const check = provider.checkClient?.bind(provider);
  if (check === undefined) return provider;
  return {
    ...provider,
    confirmsImports: true,
    checkClient: async () => {
      const { verdict, detail } = await check();
      if (verdict !== 'refused') return { verdict, detail };
      return { verdict, detail: (await otherKind('platform', options, transport)) ?? detail };
    },
  };
}

type Place = Pick<CalComOptions, 'clientId' | 'apiUrl' | 'appUrl' | 'scopes'>;

const THIRTY_DAYS_SECONDS = 30 * 86_400;

function newer({ clientId, apiUrl, appUrl, scopes }: Place, clientSecret: Secret | undefined): OAuth2Definition {
  return {
    ...common(clientId, clientSecret),
    tokenUrl: `${apiUrl}/auth/oauth2/token`,
    authorization: {
      url: `${appUrl}/auth/oauth2/authorize`,
      scopes,
      // The endpoint refuses a verifier together with a secret.
      pkce: clientSecret === undefined,
      account: {
        url: `${apiUrl}/me`,
        id: 'data.id',
        email: 'data.email',
        username: 'data.username',
        name: 'data.name',
        timeZone: 'data.timeZone',
      },
    },
  };
}

function older({ clientId, appUrl, scopes }: Place, clientSecret: Secret | undefined): OAuth2Definition {
  return {
    ...common(clientId, clientSecret),
    tokenUrl: `${appUrl}/api/auth/oauth/token`,
    refreshUrl: `${appUrl}/api/auth/oauth/refreshToken`,
    // Early versions have no OAuth errors: this is all they say about a dead refresh token.
    deadGrant: [{ status: 401, error: 'Unauthorized', at: 'message' }],
    authorization: {
      url: `${appUrl}/auth/oauth2/authorize`,
      scopes,
      // Only the user name is shown here, and user names change hands.
      account: { url: `${appUrl}/api/auth/oauth/me`, username: 'username' },
    },
  };
}

function common(clientId: string, clientSecret: Secret | undefined) {
  return {
    name: 'cal-com',
    clientId,
    clientAuth: clientSecret === undefined ? 'none' : 'body',
    body: 'form',
    // Some versions keep used refresh tokens valid, the strictest refuses them; none ends more than that.
    onReuse: 'reject',
    requestsPerMinute: 120,
    defaultAccessTtlSeconds: 1_800,
    refreshTtlSeconds: THIRTY_DAYS_SECONDS,
  } as const;
}
