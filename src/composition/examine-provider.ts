import type { LoadedConfig } from '../config/index.ts';
import { Providers } from '../grants/providers.ts';
import type { ExaminationStep, Provider } from '../providers/provider.ts';
import { CONNECT_PATH } from '../http/api/connect/start-link.ts';
import { Vault } from '../stores/vault/vault.ts';
import { openProviders } from './providers.ts';

/**
 * Asks every endpoint of one provider, step by step, with made-up tokens only. It opens no database and changes nothing.
 *
 * @throws {@link KeeperError} `provider_not_configured`
 */
export async function* examineProvider(
  { config, secrets }: LoadedConfig,
  name: string,
): AsyncGenerator<ExaminationStep> {
  await using opened = new AsyncDisposableStack();
  const built = await openProviders({ config, vault: new Vault(secrets.encryptionKeys) });
  const provider = new Providers(built.map((each) => opened.use(each))).get(name);
  yield* provider.examine?.(`${config.publicUrl}${CONNECT_PATH}/${name}/callback`) ?? client(provider);
}

/** All that can be asked of a provider that is no plain OAuth 2 server. */
async function* client(provider: Provider): AsyncGenerator<ExaminationStep> {
  const result = await provider.checkClient?.();
  if (result === undefined) {
    yield { step: 'client', verdict: 'odd', detail: 'Nothing tells whether the provider accepts our client.' };
    return;
  }
  const verdict = { accepted: 'good', unclear: 'odd', refused: 'bad', unreachable: 'bad' } as const;
  yield { step: 'client', verdict: verdict[result.verdict], detail: result.detail };
}
