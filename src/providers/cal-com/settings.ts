import type { Secret } from '../../secret.ts';
import type { Parser, SettingsReader, Variable } from '../family.ts';
import { parseRegion, placeOf, regionOf, type CalComPlace } from './regions.ts';

/** The variables that configure Cal.com's clients. */
export const VARIABLES = [
  { name: 'CAL_COM_CLIENT_ID', default: undefined, meaning: 'Client id of the Cal.com platform, for managed users.' },
  { name: 'CAL_COM_CLIENT_SECRET', default: undefined, meaning: 'Client secret of the Cal.com platform.' },
  {
    name: 'CAL_COM_REGION',
    default: undefined,
    meaning: 'Where Cal.com keeps your accounts: us (cal.com) or eu (cal.eu). us if neither this nor a URL is set.',
  },
  {
    name: 'CAL_COM_API_URL',
    default: undefined,
    meaning: "Cal.com's API, with its version: https://api.cal.com/v2, or that of the region, if unset.",
  },
  {
    name: 'CAL_COM_APP_URL',
    default: undefined,
    meaning: "Cal.com's web app: https://app.cal.com, or that of the region, if unset.",
  },
  {
    name: 'CAL_COM_OAUTH_CLIENT_ID',
    default: undefined,
    meaning: 'Client id of a Cal.com OAuth client, for users who link their own account.',
  },
  { name: 'CAL_COM_OAUTH_CLIENT_SECRET', default: undefined, meaning: 'Its secret. A public client has none.' },
  {
    name: 'CAL_COM_OAUTH_SCOPES',
    default: 'PROFILE_READ EVENT_TYPE_READ SCHEDULE_READ BOOKING_READ BOOKING_WRITE',
    meaning: 'What users who link a Cal.com account are asked to consent to.',
  },
  {
    name: 'CAL_COM_OAUTH_ENDPOINTS',
    default: 'v2',
    meaning: "Which token endpoint to ask: v2 for the API's, app for the older ones of the web app.",
  },
] as const satisfies readonly Variable[];

/** The configured clients of Cal.com: neither, one, or both. */
export interface CalComSettings {
  readonly managed: CalComManagedSettings | undefined;
  readonly oauth: CalComOAuthSettings | undefined;
}

/** The Cal.com platform client. */
export interface CalComManagedSettings extends CalComPlace {
  readonly clientId: string;
  readonly clientSecret: Secret;
}

/** The Cal.com OAuth client. */
export interface CalComOAuthSettings extends CalComPlace {
  readonly clientId: string;
  /** Undefined for a public client. */
  readonly clientSecret: Secret | undefined;
  readonly scopes: readonly string[];
  /** `v2`: the API's own token endpoint. `app`: the older endpoints of the web app. */
  readonly endpoints: 'v2' | 'app';
}

type CalComReader = SettingsReader<(typeof VARIABLES)[number]>;

/** Reads the settings of both clients; problems are collected in `settings`. */
export function readSettings(settings: CalComReader): CalComSettings {
  const place = readPlace(settings);
  return { managed: readManaged(settings, place), oauth: readOAuth(settings, place) };
}

/** Its clients and tokens are of one region, so the two addresses must never be of two. */
function readPlace(settings: CalComReader): CalComPlace {
  const region = settings.read('CAL_COM_REGION', parseRegion);
  const apiUrl = settings.read('CAL_COM_API_URL', apiUrlParser(settings.parsers.secureUrl));
  const appUrl = settings.read('CAL_COM_APP_URL', settings.parsers.secureUrl);
  const place = placeOf(region ?? regionOf(apiUrl) ?? regionOf(appUrl) ?? 'us');
  const given = { apiUrl: apiUrl ?? place.apiUrl, appUrl: appUrl ?? place.appUrl };
  if (region !== undefined && (given.apiUrl !== place.apiUrl || given.appUrl !== place.appUrl)) {
    const variable = given.apiUrl === place.apiUrl ? 'CAL_COM_APP_URL' : 'CAL_COM_API_URL';
    settings.refuse(
      'CAL_COM_REGION',
      `is set, but ${variable} names another place`,
      'Set CAL_COM_REGION alone, or the two URLs without it.',
    );
  } else if (regionOf(given.apiUrl) !== undefined && regionOf(given.appUrl) !== undefined) {
    if (regionOf(given.apiUrl) !== regionOf(given.appUrl)) {
      settings.refuse(
        'CAL_COM_APP_URL',
        'is of another region of Cal.com than CAL_COM_API_URL',
        'Set both to one region, or CAL_COM_REGION instead. Two regions need two deployments.',
      );
    }
  }
  return given;
}

function readManaged(settings: CalComReader, place: CalComPlace): CalComManagedSettings | undefined {
  const clientId = settings.read('CAL_COM_CLIENT_ID', settings.parsers.clientId);
  const clientSecret = settings.read('CAL_COM_CLIENT_SECRET', settings.parsers.clientSecret);
  settings.requireBoth(
    'CAL_COM_CLIENT_ID',
    'CAL_COM_CLIENT_SECRET',
    'both are in the settings of your Cal.com platform client',
  );
  return clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret, ...place };
}

function readOAuth(settings: CalComReader, place: CalComPlace): CalComOAuthSettings | undefined {
  const clientId = settings.read('CAL_COM_OAUTH_CLIENT_ID', settings.parsers.clientId);
  const clientSecret = settings.read('CAL_COM_OAUTH_CLIENT_SECRET', settings.parsers.clientSecret);
  const scopes = settings.decide('CAL_COM_OAUTH_SCOPES', settings.parsers.scopes);
  const endpoints = settings.decide('CAL_COM_OAUTH_ENDPOINTS', parseEndpoints);
  if (clientId === undefined && settings.has('CAL_COM_OAUTH_CLIENT_SECRET')) {
    settings.refuse(
      'CAL_COM_OAUTH_CLIENT_ID',
      'is not set, but CAL_COM_OAUTH_CLIENT_SECRET is',
      'Set the id as well; it is in the settings of your Cal.com OAuth client. A public client has an id alone.',
    );
  }
  return clientId === undefined ? undefined : { clientId, clientSecret, ...place, scopes, endpoints };
}

/** The URL of Cal.com's API must end with the version that this service uses. */
function apiUrlParser(secureUrl: Parser<string>): Parser<string> {
  return (text, refuse) => {
    const url = secureUrl(text, refuse);
    if (url.endsWith('/v2')) return url;
    throw refuse('does not end with /v2', 'Accepted: the API with its version, for example https://api.cal.com/v2.');
  };
}

const parseEndpoints: Parser<'v2' | 'app'> = (text, refuse) => {
  if (text === 'v2' || text === 'app') return text;
  throw refuse(
    'names no endpoints',
    'Accepted: v2 for the token endpoint of the API, app for the older ones of the web app.',
  );
};
