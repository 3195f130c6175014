import type { Secret } from '../../secret.ts';
import type { Parser, SettingsReader, Variable } from '../family.ts';

/** The variables that configure a Cronofy application. */
export const VARIABLES = [
  { name: 'CRONOFY_CLIENT_ID', default: undefined, meaning: 'Client id of a Cronofy application.' },
  { name: 'CRONOFY_CLIENT_SECRET', default: undefined, meaning: 'Client secret of a Cronofy application.' },
  {
    name: 'CRONOFY_DATA_CENTER',
    default: 'us',
    meaning: 'Where the Cronofy application lives: us, au, ca, de, sg or uk.',
  },
  { name: 'CRONOFY_API_URL', default: undefined, meaning: "Cronofy's API, in place of the data center's." },
  { name: 'CRONOFY_APP_URL', default: undefined, meaning: "Cronofy's web app, in place of the data center's." },
  {
    name: 'CRONOFY_MODE',
    default: 'oauth',
    meaning: 'Whose calendars: oauth for those that users link, managed for application calendars; or oauth,managed.',
  },
  {
    name: 'CRONOFY_SCOPES',
    default: 'read_account list_calendars read_events create_event delete_event',
    meaning: 'What users who link a Cronofy account are asked to consent to.',
  },
] as const satisfies readonly Variable[];

/** The Cronofy application. */
export interface CronofySettings {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Without a trailing slash, as is `appUrl`. */
  readonly apiUrl: string;
  readonly appUrl: string;
  readonly scopes: readonly string[];
  /** `oauth` for calendars that users link, `managed` for application calendars that we create, or both. */
  readonly modes: readonly CronofyMode[];
}

type CronofyMode = (typeof MODES)[number];

const MODES = ['oauth', 'managed'] as const;

const DATA_CENTERS = ['us', 'au', 'ca', 'de', 'sg', 'uk'];

/** Reads the client and its data center; undefined if it is not configured. Problems are collected in `settings`. */
export function readSettings(settings: SettingsReader<(typeof VARIABLES)[number]>): CronofySettings | undefined {
  const { parsers } = settings;
  const clientId = settings.read('CRONOFY_CLIENT_ID', parsers.clientId);
  const clientSecret = settings.read('CRONOFY_CLIENT_SECRET', parsers.clientSecret);
  settings.requireBoth(
    'CRONOFY_CLIENT_ID',
    'CRONOFY_CLIENT_SECRET',
    'both are on the page of your Cronofy application',
  );
  const suffix = settings.decide('CRONOFY_DATA_CENTER', parseDataCenter);
  const apiUrl = settings.read('CRONOFY_API_URL', parsers.secureUrl) ?? `https://api${suffix}.cronofy.com`;
  const appUrl = settings.read('CRONOFY_APP_URL', parsers.secureUrl) ?? `https://app${suffix}.cronofy.com`;
  const scopes = settings.decide('CRONOFY_SCOPES', parsers.scopes);
  const modes = settings.decide('CRONOFY_MODE', parseModes);
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return { clientId, clientSecret, apiUrl, appUrl, scopes, modes };
}

/** The suffix of Cronofy's host names; the oldest data center has none. */
const parseDataCenter: Parser<string> = (text, refuse) => {
  const code = text.toLowerCase();
  if (DATA_CENTERS.includes(code)) return code === 'us' ? '' : `-${code}`;
  throw refuse('is not a data center of Cronofy', `Accepted: ${DATA_CENTERS.join(', ')}.`);
};

const parseModes: Parser<readonly CronofyMode[]> = (text, refuse) => {
  const words = text.split(',').map((word) => word.trim());
  const modes = MODES.filter((mode) => words.includes(mode));
  if (words.length === new Set(words).size && modes.length === words.length) return modes;
  throw refuse(
    'is not a mode',
    'Accepted: oauth for calendars that users link, managed for application calendars made here, or oauth,managed.',
  );
};
