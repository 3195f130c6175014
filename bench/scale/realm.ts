import type { OAuth2Definition } from '../../src/providers/oauth-2/definition.ts';
import { oauth2 } from '../../src/providers/oauth-2/oauth-2.ts';
import { PROVIDER } from '../parts/start-evergrant.ts';

/** What a service that is started before this provider calls its grants' realm. */
export async function realmOf(providerUrl: string): Promise<string> {
  const definition: OAuth2Definition = {
    name: PROVIDER,
    tokenUrl: `${providerUrl}/token`,
    clientId: 'bench',
    clientAuth: 'none',
    body: 'form',
    onReuse: 'reject',
  };
  await using provider = oauth2({
    definition,
    clientSecret: undefined,
    upstreamTimeoutMs: 1_000,
    now: () => Date.now(),
  });
  return provider.realm;
}
