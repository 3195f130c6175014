import { parseClientId } from './clients.ts';
import { parseScopes, type Scopes } from './scopes.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { parseCalComApiUrl, parseSecureUrl } from './urls.ts';

/** The Cal.com platform client; its secret is `Secrets.calComClientSecret`. */
export interface CalComConfig {
  readonly clientId: string;
  /** With the version, without a last slash. */
  readonly apiUrl: string;
  readonly appUrl: string;
}

/** The Cal.com OAuth client; its secret is `Secrets.calComOAuthClientSecret`, and there is none for a public client. */
export interface CalComOAuthConfig extends CalComConfig {
  readonly scopes: Scopes;
  /** `v2`: the API's own token endpoint. `app`: those of the web app, which came before it. */
  readonly endpoints: 'v2' | 'app';
}

/** What is configured of Cal.com: neither, one, or both. */
export interface CalComClients {
  readonly calCom?: CalComConfig;
  readonly calComOAuth?: CalComOAuthConfig;
}

/** Reads both clients. */
export function decideCalCom(settings: Settings): CalComClients {
  const apiUrl = settings.decide('CAL_COM_API_URL', parseCalComApiUrl);
  const appUrl = settings.decide('CAL_COM_APP_URL', parseSecureUrl);
  const managed = settings.read('CAL_COM_CLIENT_ID', parseClientId);
  settings.requireBoth(
    'CAL_COM_CLIENT_ID',
    'CAL_COM_CLIENT_SECRET',
    'both are in the settings of your Cal.com platform client',
  );
  const oauth = settings.read('CAL_COM_OAUTH_CLIENT_ID', parseClientId);
  const scopes = settings.decide('CAL_COM_OAUTH_SCOPES', parseScopes);
  const endpoints = settings.decide('CAL_COM_OAUTH_ENDPOINTS', parseEndpoints);
  if (oauth === undefined && settings.has('CAL_COM_OAUTH_CLIENT_SECRET')) {
    settings.refuse(
      'CAL_COM_OAUTH_CLIENT_ID',
      'is not set, but CAL_COM_OAUTH_CLIENT_SECRET is',
      'Set the id as well; it is in the settings of your Cal.com OAuth client. A public client has an id alone.',
    );
  }
  return {
    ...(managed === undefined ? {} : { calCom: { clientId: managed, apiUrl, appUrl } }),
    ...(oauth === undefined ? {} : { calComOAuth: { clientId: oauth, apiUrl, appUrl, scopes, endpoints } }),
  };
}

function parseEndpoints(text: string): 'v2' | 'app' {
  if (text === 'v2' || text === 'app') return text;
  throw new Refusal(
    'names no endpoints',
    'Accepted: v2 for the token endpoint of the API, app for the older ones of the web app.',
  );
}
