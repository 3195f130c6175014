import type { Config, Secrets } from './config/index.ts';
import { configuredProvidersOf, databaseLocation } from './configured.ts';
import { DEFAULT_BOUNDS } from './grants/exchange.ts';
import type { ImportStore } from './grants/imports.ts';
import type { Provider } from './providers/provider.ts';
import type { EventLog } from './stores/event-log.ts';
import { migrateDatabase as migrateLocation, openStores } from './stores/index.ts';
import { Vault } from './stores/vault.ts';
import { systemClock } from './system-clock.ts';

/** What a door is opened with. */
export interface DoorOptions {
  readonly config: Config;
  readonly secrets: Secrets;
}

/** What imports need, and nothing that asks a provider. */
export interface Imports extends AsyncDisposable {
  readonly store: ImportStore;
  readonly providers: readonly Provider[];
}

/**
 * Opens the database for imports; no upkeep runs, and services on the same database may.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function openImports({ config, secrets }: DoorOptions): Promise<Imports> {
  const vault = new Vault(secrets.encryptionKeys);
  const bounds = { ...DEFAULT_BOUNDS, upstreamMs: config.upstreamTimeoutMs };
  await using opened = new AsyncDisposableStack();
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock: systemClock, bounds }));
  const providers = configuredProvidersOf({ config, secrets, vault }).map((each) => opened.use(each));
  const parts = opened.move();
  return { store: stores.imports, providers, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** What was told of grants. */
export interface Events extends AsyncDisposable {
  readonly log: EventLog;
}

/**
 * Opens the database for reading events; no upkeep runs, and services on the same database may.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function openEvents({ config, secrets }: DoorOptions): Promise<Events> {
  const vault = new Vault(secrets.encryptionKeys);
  const location = databaseLocation(config, secrets);
  const stores = await openStores({ location, vault, clock: systemClock, bounds: DEFAULT_BOUNDS });
  return { log: stores.events, [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose]() };
}

/**
 * Brings the schema up to date and touches nothing else; gives the names of the migrations applied now.
 *
 * @param progress told how far it has come, a line every few seconds
 */
export async function migrateDatabase(
  { config, secrets }: DoorOptions,
  progress: (line: string) => void,
): Promise<readonly string[]> {
  const { applied } = await migrateLocation({ location: databaseLocation(config, secrets), progress });
  return applied;
}
