import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Secret } from '../../../src/secret.ts';
import { openStores, type Stores } from '../../../src/stores/index.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import { systemClock as clock } from '../../../src/composition/system-clock.ts';
import { ringKey } from './ring-key.ts';

/** One for all, so that several may open one database. */
const KEY = Buffer.alloc(32, 'a key of tests');

/** Opens stores on the URL of a Postgres. */
export function openPostgresStores(
  url: string,
  trouble: (what: string, cause: unknown) => void = () => undefined,
): Promise<Stores> {
  const location = { kind: 'postgres', url: new Secret(url) } as const;
  return openStores({ location, vault: new Vault([ringKey('k1', KEY)]), clock, bounds: DEFAULT_BOUNDS, trouble });
}

/** Connects so many subjects of one realm, all at once. */
export async function connectMany(stores: Stores, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => stores.grants.connect('realm', `user-${index}`)));
}

/** How many of them a view finds. */
export async function countViews(stores: Stores, count: number): Promise<number> {
  const all = Array.from({ length: count }, (_, index) => stores.grants.view('realm', `user-${index}`));
  return (await Promise.all(all)).filter((view) => view !== undefined).length;
}
