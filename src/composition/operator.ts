import type { ApiKeyStore } from '../callers/api-key.ts';
import type { Config, Secrets } from '../config/index.ts';
import { buildAuthenticator } from './authenticator.ts';
import { databaseLocation } from './database-location.ts';
import { openProviders } from './providers.ts';
import { DEFAULT_BOUNDS } from '../grants/exchange.ts';
import type { ImportStore } from '../grants/storage/import-store.ts';
import { reread, type Reread } from '../grants/keeper/reread.ts';
import { NO_OBSERVER } from '../grants/observer.ts';
import { lapseOutlook, type LapseOutlook } from '../grants/upkeep/lapse-outlook.ts';
import { Providers } from '../grants/providers.ts';
import type { EventLog } from '../stores/event-log.ts';
import { migrateDatabase as migrateLocation, openStores } from '../stores/index.ts';
import { RescueFolder, type RescuedCount } from '../stores/vault/rescue-folder.ts';
import { Vault } from '../stores/vault/vault.ts';
import { systemClock } from './system-clock.ts';

/** Configures {@link openOperator}: a loaded configuration, and who is notified of trouble. */
export interface OperatorOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Called with what an operator must know about the database; does nothing by default. */
  readonly trouble?: (what: string, cause?: unknown) => void;
}

/**
 * What commands work with: the database and the providers, without a service. Nothing is renewed, revoked or replayed,
 * and a provider is called only if a command does so itself. Services may run on the same database.
 */
export interface Operator extends AsyncDisposable {
  readonly apiKeys: ApiKeyStore;
  readonly events: EventLog;
  readonly imports: ImportStore;
  /** The configured providers; they are built on first use. */
  providers(): Promise<Providers>;
  /** Oddities of the database and its connection, as sentences. */
  remarks(): readonly string[];
  /** Rejects if a part that every call needs does not answer. */
  checkReadiness(): Promise<void>;
  /**
   * The number of answers in the rescue folder.
   *
   * @throws the system's error if the folder exists and cannot be read
   */
  countRescued(): Promise<RescuedCount>;
  /**
   * Reads the unread answers of a provider again, with this version and its present definition, and stores what is in
   * them; asks no provider.
   *
   * @param letPresent the subjects whose refresh token may be presented once more if its answer still cannot be read
   */
  reread(provider: string, letPresent: ReadonlySet<string>): AsyncIterable<Reread>;
  /** How many unread answers hold up their grants, by realm. */
  countUnread(): Promise<ReadonlyMap<string, number>>;
  /** For every provider, whether upkeep keeps up with refresh tokens that are about to lapse. */
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
      const authenticator = await buildAuthenticator({ config, secrets, apiKeys: stores.apiKeys });
      await Promise.all([stores.check(), authenticator.checkTrust()]);
    },
    countRescued: () => rescue.count(),
    reread: async function* (provider, letPresent) {
      const means = { store: stores.grants, unread: stores.unread, observer: NO_OBSERVER };
      yield* reread(means, (await providers()).get(provider), { letPresent });
    },
    countUnread: () => stores.unread.counts(),
    lapseOutlooks: async () => {
      const { all } = await providers();
      return Promise.all(all.map((provider) => lapseOutlook(stores.upkeep, provider, config.upkeep.share)));
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/**
 * Migrates the schema and touches nothing else.
 *
 * @param progress called with a line about the progress every few seconds
 * @returns the names of the migrations applied now
 * @throws the database's own error
 */
export async function migrateDatabase(
  { config, secrets }: OperatorOptions,
  progress: (line: string) => void,
): Promise<readonly string[]> {
  const { applied } = await migrateLocation({ location: databaseLocation(config, secrets), progress });
  return applied;
}
