import type { ApiKeyStore } from '../callers/api-key.ts';
import type { Clock } from '../grants/clock.ts';
import { unresolvedMs, type ExchangeBounds } from '../grants/exchange.ts';
import type { ImportStore } from '../grants/storage/import-store.ts';
import type { ConfirmationStore } from '../grants/storage/confirmation-store.ts';
import type { ConnectionStore } from '../grants/storage/connection-store.ts';
import type { LinkStore, VainConsentStore } from '../grants/storage/link-store.ts';
import type { GrantStore } from '../grants/storage/grant-store.ts';
import type { PauseStore } from '../grants/pacing/pause.ts';
import type { SuccessionStore } from '../grants/storage/succession-store.ts';
import type { UpkeepStore } from '../grants/storage/upkeep-store.ts';
import { SqlApiKeyStore } from './sql-api-key-store.ts';
import { SqlConnectionStore } from './connections/sql-connection-store.ts';
import type { DatabaseLocation } from './database/location.ts';
import { SqlLinkStore } from './connections/sql-link-store.ts';
import { EventLog } from './event-log.ts';
import { newGrantId as grantId } from './grants/grant-id.ts';
import { SqlGrantStore } from './grants/sql-grant-store.ts';
import { SqlConfirmationStore } from './imports/sql-confirmation-store.ts';
import { SqlImportStore } from './imports/sql-import-store.ts';
import { migrate, type MigrateOptions, type Migrated } from './database/migrate.ts';
import { HighWaterMark } from './high-water-mark.ts';
import { holderName } from './database/holder.ts';
import { SqlPauseStore } from './upkeep/sql-pause-store.ts';
import { explained } from './database/postgres/errors.ts';
import { closeExchangesOfDeadProcesses } from './grants/orphaned-exchanges.ts';
import type { SqlDatabase } from './database/sql-database.ts';
import { SqlSuccessionStore } from './sql-succession-store.ts';
import type { Trouble } from './database/trouble.ts';
import { SqlUnreadStore } from './grants/sql-unread-store.ts';
import type { UnreadStore } from '../grants/storage/unread-store.ts';
import { SqlUpkeepStore } from './upkeep/sql-upkeep-store.ts';
import { SqlVainConsentStore } from './connections/sql-vain-consent-store.ts';
import { checkKeyRing } from './vault/key-ring-check.ts';
import type { Vault } from './vault/vault.ts';

/** Configures {@link openStores}. */
export interface StoresOptions {
  readonly location: DatabaseLocation;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
  /**
   * Makes the id of a new grant, which must be unique and valid in a file name; by default, a short one that starts
   * with the time. Where grants are spread over several databases, an id may say in which one its grant is.
   */
  readonly newGrantId?: () => string;
  /** Called when a connection is lost and reopened, and for what an operator must know about a SQLite file. */
  readonly trouble?: Trouble;
  /** Receives a progress line of migrations every few seconds. */
  readonly progress?: (line: string) => void;
  /** Called once for each thing that is odd about the database or the way to it. */
  readonly remark?: (what: string) => void;
}

/** All stores over one database. */
export interface Stores extends AsyncDisposable {
  readonly grants: GrantStore;
  readonly unread: UnreadStore;
  readonly upkeep: UpkeepStore;
  readonly pauses: PauseStore;
  readonly imports: ImportStore;
  readonly confirmations: ConfirmationStore;
  readonly links: LinkStore;
  readonly vainConsents: VainConsentStore;
  readonly connections: ConnectionStore;
  readonly successions: SuccessionStore;
  readonly events: EventLog;
  readonly apiKeys: ApiKeyStore;
  /** A mark in a file that shows when a backup of the database has been restored. */
  highWaterMark(path: string): HighWaterMark;
  /** What is odd about the database and the way to it, as sentences for the operator. */
  remarks(): readonly string[];
  /**
   * Resolves where the database answers and appears writable, as far as can be told without writing.
   *
   * @throws StoreUnavailableError that says what is wrong, and contains no secret
   */
  check(): Promise<void>;
}

/**
 * Brings the schema of the database up to date and changes nothing else.
 *
 * @throws NewerSchemaError, UnusableDatabaseError, or the database's own error
 */
export async function migrateDatabase(options: MigrateOptions): Promise<Migrated> {
  return migrate(options).catch((error: unknown) => {
    throw explained(error);
  });
}

/**
 * Opens the database, brings its schema up to date, and closes the exchanges that dead processes left open.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const { vault, clock, bounds, newGrantId = () => grantId(clock.now()) } = options;
  await using opened = new AsyncDisposableStack();
  const { remark: odd } = await migrateDatabase(options);
  const database = opened.use(await openDatabase(options));
  if (odd !== undefined) options.remark?.(odd);
  await checkKeyRing(database, vault);
  const holder = holderName();
  await closeExchangesOfDeadProcesses(database);
  const parts = opened.move();
  return {
    grants: new SqlGrantStore({ database, vault, clock, bounds, holder, newGrantId }),
    unread: new SqlUnreadStore(database, vault),
    upkeep: new SqlUpkeepStore(database, clock, holder),
    pauses: new SqlPauseStore(database),
    imports: new SqlImportStore({ database, vault, clock, bounds, newGrantId }),
    confirmations: new SqlConfirmationStore(database, clock),
    links: new SqlLinkStore({ database, vault, clock, bounds, holder, newGrantId }),
    vainConsents: new SqlVainConsentStore({ database, vault, clock, bounds, holder, newGrantId }),
    connections: new SqlConnectionStore({ database, vault, clock, bounds, holder }),
    successions: new SqlSuccessionStore({ database, vault, clock }),
    events: new EventLog(database),
    apiKeys: new SqlApiKeyStore(database),
    highWaterMark: (path) => new HighWaterMark(database, path),
    remarks: () => [...(odd === undefined ? [] : [odd]), ...database.remarks()],
    check: () => database.check(),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Loads the code of one database alone: the other's costs memory for nothing. */
async function openDatabase(options: StoresOptions): Promise<SqlDatabase> {
  const { location, clock, bounds, trouble, remark } = options;
  const common = { unresolvedMs: unresolvedMs(bounds), ...(trouble && { trouble }) };
  if (location.kind === 'sqlite') {
    const { openSqlite } = await import('./database/sqlite/sqlite.ts');
    return openSqlite({ ...common, path: location.path, clock });
  }
  const { openPostgres } = await import('./database/postgres/postgres.ts');
  return openPostgres({ ...common, ...location, ...(remark && { remark }) });
}
