import { createHmac } from 'node:crypto';
import type { ProviderFamily, SettingsReader, Variable } from '../../../../src/providers/family.ts';
import type { OAuth2Definition } from '../../../../src/providers/oauth-2/definition.ts';
import type { FrontendTokenIssuer } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';

const VARIABLES = [
  { name: 'ACME_CLIENT_ID', default: undefined, meaning: 'Client id of an Acme app.' },
  { name: 'ACME_CLIENT_SECRET', default: undefined, meaning: 'Client secret of an Acme app.' },
  { name: 'ACME_URL', default: 'https://acme.example', meaning: 'Where Acme is.' },
  { name: 'ACME_SCOPES', default: 'calendar', meaning: 'What users are asked to consent to.' },
] as const satisfies readonly Variable[];

const PERMISSIONS = ['embed'];

interface AcmeSettings {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly url: string;
  readonly scopes: readonly string[];
}

/** A family as a newcomer would add it: the OAuth 2 server of the sandbox under another name, with variables of its own. */
export const ACME = {
  id: 'acme',
  names: ['acme'],
  variables: VARIABLES,
  clients: [['ACME_CLIENT_ID', 'ACME_CLIENT_SECRET']],
  frontendPermissions: PERMISSIONS,
  readSettings: (settings: SettingsReader<(typeof VARIABLES)[number]>) => {
    const { parsers } = settings;
    const clientId = settings.read('ACME_CLIENT_ID', parsers.clientId);
    const clientSecret = settings.read('ACME_CLIENT_SECRET', parsers.clientSecret);
    settings.requireBoth('ACME_CLIENT_ID', 'ACME_CLIENT_SECRET', 'both are on the page of your Acme app');
    const url = settings.decide('ACME_URL', parsers.secureUrl);
    const scopes = settings.decide('ACME_SCOPES', parsers.scopes);
    return clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret, url, scopes };
  },
  isLinkable: (settings) => settings !== undefined,
  build: async (settings, dependencies) => {
    if (settings === undefined) return [];
    const { clientSecret } = settings;
    const { oauth2 } = await import('../../../../src/providers/oauth-2/oauth-2.ts');
    const provider = oauth2({ ...dependencies, definition: definition(settings), clientSecret, title: 'Acme' });
    return [{ ...provider, frontendTokens: frontendTokens(clientSecret, dependencies.now) }];
  },
} as const satisfies ProviderFamily<AcmeSettings | undefined>;

/** Acme's are signed by its client, and nobody is asked for them. */
function frontendTokens(clientSecret: Secret, now: () => number): FrontendTokenIssuer {
  return {
    permissions: PERMISSIONS,
    issue: ({ accountId, origin, permissions }) => {
      const signed = createHmac('sha256', clientSecret.reveal()).update(`${accountId} ${origin}`).digest('hex');
      const frontendToken = { token: new Secret(signed), origin, permissions, expiresAt: now() + 60_000 };
      return Promise.resolve({ kind: 'issued', frontendToken });
    },
  };
}

function definition({ clientId, url, scopes }: AcmeSettings): OAuth2Definition {
  return {
    name: 'acme',
    clientId,
    tokenUrl: `${url}/token`,
    revokeUrl: `${url}/revoke`,
    clientAuth: 'body',
    body: 'form',
    onReuse: 'reject',
    authorization: {
      url: `${url}/authorize`,
      scopes,
      issuer: url,
      account: { url: `${url}/userinfo`, id: 'sub', email: 'email', name: 'name' },
    },
  };
}
