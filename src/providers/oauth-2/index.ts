import type { DefinedProvider, ProviderFamily, SettingsReader, Variable } from '../family.ts';
import { READY_TITLES } from './ready/index.ts';

const VARIABLES = [
  {
    name: 'EVERGRANT_PROVIDERS',
    default: undefined,
    meaning: 'A JSON file that defines further OAuth 2 providers; docs/providers/adding.md says how.',
  },
] as const satisfies readonly Variable[];

/** Providers that the operator defines. */
export const OAUTH_2 = {
  id: 'oauth-2',
  names: [],
  variables: VARIABLES,
  clients: [['EVERGRANT_PROVIDERS']],
  readSettings: (settings: SettingsReader<(typeof VARIABLES)[number]>) =>
    settings.readDefinitions('EVERGRANT_PROVIDERS'),
  isLinkable: (defined) => defined.some(({ definition }) => definition.authorization !== undefined),
  build: async (defined, dependencies) => {
    if (defined.length === 0) return [];
    const { oauth2 } = await import('./oauth-2.ts');
    return defined.map(({ definition, ...client }) =>
      oauth2({
        ...dependencies,
        definition,
        ...client,
        title: READY_TITLES[definition.name],
        clientSettings: `client_id and client_secret_env of "${definition.name}" in the file of EVERGRANT_PROVIDERS`,
      }),
    );
  },
} as const satisfies ProviderFamily<readonly DefinedProvider[]>;
