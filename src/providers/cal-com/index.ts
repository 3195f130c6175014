import type { ProviderFamily } from '../family.ts';
import { readSettings, VARIABLES, type CalComSettings } from './settings.ts';

export type { CalComSettings } from './settings.ts';

/** Cal.com: managed users of a platform client, and accounts that users link through an OAuth client. */
export const CAL_COM = {
  id: 'cal-com',
  names: ['cal-com-managed', 'cal-com'],
  variables: VARIABLES,
  clients: [
    ['CAL_COM_CLIENT_ID', 'CAL_COM_CLIENT_SECRET'],
    ['CAL_COM_OAUTH_CLIENT_ID', 'CAL_COM_OAUTH_CLIENT_SECRET'],
  ],
  readSettings,
  isLinkable: ({ oauth }) => oauth !== undefined,
  build: async ({ managed, oauth }, dependencies) => [
    ...(managed === undefined ? [] : [(await import('./managed.ts')).calComManaged({ ...managed, ...dependencies })]),
    ...(oauth === undefined ? [] : [(await import('./cal-com.ts')).calCom({ ...oauth, ...dependencies })]),
  ],
} as const satisfies ProviderFamily<CalComSettings>;
