import { DEFAULT_BOUNDS } from '../../src/grants/exchange.ts';
import { Secret } from '../../src/secret.ts';
import { openStores, type Stores } from '../../src/stores/index.ts';
import { Vault } from '../../src/stores/vault/vault.ts';
import { systemClock as clock } from '../../src/composition/system-clock.ts';
import { KEY } from '../parts/start-evergrant.ts';

/** The stores of this checkout on a database, by a URL as `EVERGRANT_DATABASE_URL` has it, under the benches' key. */
export async function openBenchStores(url: string): Promise<AsyncDisposable & { readonly stores: Stores }> {
  const vault = new Vault([{ id: 'bench', key: new Secret(KEY) }]);
  const location = url.startsWith('sqlite:')
    ? ({ kind: 'sqlite', path: url.slice('sqlite:'.length) } as const)
    : ({ kind: 'postgres', url: new Secret(url) } as const);
  const stores = await openStores({ location, vault, clock, bounds: DEFAULT_BOUNDS });
  return { stores, [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose]() };
}
