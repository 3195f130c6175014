import type { ApiKeyStore } from '../callers/api-key.ts';
import type { Config, Secrets } from '../config/index.ts';
import { buildAuthenticator } from './authenticator.ts';
import { databaseLocation } from './database-location.ts';
import { openProviders } from './providers.ts';
import { DEFAULT_BOUNDS } from '../grants/exchange.ts';
import type { ImportStore } from '../grants/storage/import-store.ts';
import { lapseOutlook, type LapseOutlook } from '../grants/upkeep/lapse-outlook.ts';
import { Providers } from '../grants/providers.ts';
import type { EventLog } from '../stores/event-log.ts';
import { migrateDatabase as migrateLocation, openStores } from '../stores/index.ts';
import { RescueFolder, type RescuedCount } from '../stores/vault/rescue-folder.ts';
import { Vault } from '../stores/vault/vault.ts';
import { systemClock } from './system-clock.ts';

/** A loaded configuration, and who hears of trouble. */
export interface OperatorOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Told what an operator must know of the database; nobody by default. */
  readonly trouble?: (what: string, cause?: unknown) => void;
}

/**
 * What commands work on: the database and the providers, without a service. Nothing is renewed, revoked or replayed, and a
 * provider is asked only where a command does so itself. Services on the same database may run.
 */
export interface Operator extends AsyncDisposable {
  readonly apiKeys: ApiKeyStore;
  readonly events: EventLog;
  readonly imports: ImportStore;
  /** Those that are configured; their connections are opened when first asked for. */
  providers(): Promise<Providers>;
  /** What is odd about the database and the way to it, as sentences. */
  remarks(): readonly string[];
  /** Rejects where a part that every call needs does not answer. */
  checkReadiness(): Promise<void>;
  /** How many answers lie in the rescue folder. */
  countRescued(): Promise<RescuedCount>;
  /** Whether upkeep keeps up with refresh tokens that are about to end, of every provider. */
  lapseOutlooks(): Promise<LapseOutlook[]>;
}

/**
 * Opens the database for a command.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function openOperator({ config, secrets, trouble = () => undefined }: OperatorOptions): Promise<Operator> {
  const vault = new Vault(secrets.encryptionKeys);
  const bounds = { ...DEFAULT_BOUNDS, upstreamMs: config.upstreamTimeoutMs };
  await using opened = new AsyncDisposableStack();
  const location = databaseLocation(config, secrets);
  const stores = opened.use(await openStores({ location, vault, clock: systemClock, bounds, trouble }));
  const rescue = new RescueFolder(config.rescueFolder, vault, trouble);
  const parts = opened.move();
  let opening: Promise<Providers> | undefined;
  const open = async () => {
    const built = await openProviders({ config, vault });
    return new Providers(built.map((provider) => parts.use(provider)));
  };
  const providers = () => (opening ??= open());
  return {
    apiKeys: stores.apiKeys,
    events: stores.events,
    imports: stores.imports,
    providers,
    remarks: () => stores.remarks(),
    checkReadiness: async () => {
      const authenticator = buildAuthenticator({ config, secrets, apiKeys: stores.apiKeys });
      await Promise.all([stores.check(), authenticator.checkTrust()]);
    },
    countRescued: () => rescue.count(),
    lapseOutlooks: async () => {
      const { all } = await providers();
      return Promise.all(all.map((provider) => lapseOutlook(stores.upkeep, provider, config.upkeep.share)));
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/**
 * Brings the schema up to date and touches nothing else; gives the names of the migrations applied now.
 *
 * @param progress told how far it has come, a line every few seconds
 */
export async function migrateDatabase(
  { config, secrets }: OperatorOptions,
  progress: (line: string) => void,
): Promise<readonly string[]> {
  const { applied } = await migrateLocation({ location: databaseLocation(config, secrets), progress });
  return applied;
}
