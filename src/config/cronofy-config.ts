import { parseClientId } from './clients.ts';
import { Refusal } from './refusal.ts';
import { parseScopes, type Scopes } from './scopes.ts';
import type { Settings } from './settings.ts';
import { parseSecureUrl } from './urls.ts';

/** The Cronofy client; its secret is `Secrets.cronofyClientSecret`. */
export interface CronofyConfig {
  readonly clientId: string;
  /** Both without a last slash. */
  readonly apiUrl: string;
  readonly appUrl: string;
  readonly scopes: Scopes;
  /** `oauth` for calendars that users link, `managed` for application calendars that are made here; or both. */
  readonly modes: readonly CronofyMode[];
}

type CronofyMode = (typeof MODES)[number];

const MODES = ['oauth', 'managed'] as const;

const DATA_CENTERS = ['us', 'au', 'ca', 'de', 'sg', 'uk'];

/** Reads the client, and where its data center is. */
export function decideCronofy(settings: Settings): CronofyConfig | undefined {
  const clientId = settings.read('CRONOFY_CLIENT_ID', parseClientId);
  settings.requireBoth(
    'CRONOFY_CLIENT_ID',
    'CRONOFY_CLIENT_SECRET',
    'both are on the page of your Cronofy application',
  );
  const suffix = settings.decide('CRONOFY_DATA_CENTER', parseDataCenter);
  const apiUrl = settings.read('CRONOFY_API_URL', parseSecureUrl) ?? `https://api${suffix}.cronofy.com`;
  const appUrl = settings.read('CRONOFY_APP_URL', parseSecureUrl) ?? `https://app${suffix}.cronofy.com`;
  const scopes = settings.decide('CRONOFY_SCOPES', parseScopes);
  const modes = settings.decide('CRONOFY_MODE', parseModes);
  return clientId === undefined ? undefined : { clientId, apiUrl, appUrl, scopes, modes };
}

/** What the names of its hosts end with; the oldest data center has bare names. */
function parseDataCenter(text: string): string {
  const code = text.toLowerCase();
  if (DATA_CENTERS.includes(code)) return code === 'us' ? '' : `-${code}`;
  throw new Refusal('is not a data center of Cronofy', `Accepted: ${DATA_CENTERS.join(', ')}.`);
}

function parseModes(text: string): CronofyMode[] {
  const words = text.split(',').map((word) => word.trim());
  const modes = MODES.filter((mode) => words.includes(mode));
  if (words.length === new Set(words).size && modes.length === words.length) return modes;
  throw new Refusal(
    'is not a mode',
    'Accepted: oauth for calendars that users link, managed for application calendars made here, or oauth,managed.',
  );
}
