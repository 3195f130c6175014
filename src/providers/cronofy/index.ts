import type { ProviderFamily } from '../family.ts';
import { ELEMENT_PERMISSIONS } from './element-permissions.ts';
import { readSettings, VARIABLES, type CronofySettings } from './settings.ts';

/** Cronofy's limit for one application, for all its requests. */
const REQUESTS_PER_MINUTE = 500;

/** Cronofy: calendars that users link, and application calendars that we create. */
export const CRONOFY = {
  id: 'cronofy',
  names: ['cronofy', 'cronofy-managed'],
  variables: VARIABLES,
  clients: [['CRONOFY_CLIENT_ID', 'CRONOFY_CLIENT_SECRET']],
  frontendPermissions: ELEMENT_PERMISSIONS,
  readSettings,
  isLinkable: (settings) => settings?.modes.includes('oauth') === true,
  build: async (settings, dependencies) => {
    if (settings === undefined) return [];
    const { modes, ...client } = settings;
    const options = { ...client, ...dependencies, requestsPerMinute: REQUESTS_PER_MINUTE / modes.length };
    return [
      ...(modes.includes('oauth') ? [(await import('./cronofy.ts')).cronofy(options)] : []),
      ...(modes.includes('managed') ? [(await import('./managed.ts')).cronofyManaged(options)] : []),
    ];
  },
} as const satisfies ProviderFamily<CronofySettings | undefined>;
