import type { ApiKeyStore } from '../callers/api-key.ts';
import type { Clock } from '../grants/clock.ts';
import type { ExchangeBounds } from '../grants/exchange.ts';
import type { GrantStore } from '../grants/store.ts';
import { SqlApiKeyStore } from './api-key-store.ts';
import { SqlGrantStore } from './grant-store.ts';
import { migrate } from './migrate.ts';
import { closeExchangesOfTheDead, holderName } from './predecessors.ts';
import { openSqlite } from './sqlite.ts';
import { checkKeyRing } from './vault-check.ts';
import type { Vault } from './vault.ts';
import { ViewReader } from './view-reader.ts';

/**
 * Brings the schema of the database at `path` up to date and touches nothing else.
 *
 * @returns the names of the migrations applied now, oldest first
 */
export async function migrateDatabase(path: string): Promise<string[]> {
  await using file = await openSqlite(path);
  return await migrate(file.db);
}

/** Where and how to keep things. */
export interface StoresOptions {
  /** The SQLite file. */
  readonly path: string;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly bounds: ExchangeBounds;
}

/** Everything that is kept, over one database. */
export interface Stores extends AsyncDisposable {
  readonly grants: GrantStore;
  readonly apiKeys: ApiKeyStore;
  /** Resolves where the database answers a read. */
  ping(): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date, and closes what dead predecessors left open.
 *
 * @throws WrongKeyRingError, NewerSchemaError, or the database's own error
 */
export async function openStores({ path, vault, clock, bounds }: StoresOptions): Promise<Stores> {
  const file = await openSqlite(path);
  try {
    const { db } = file;
    await migrate(db);
    await checkKeyRing(db, vault);
    const holder = holderName();
    await closeExchangesOfTheDead(db, holder, clock.now());
    const views = new ViewReader(file.reader, vault, bounds);
    return {
      grants: new SqlGrantStore({ db, views, vault, clock, bounds, holder }),
      apiKeys: new SqlApiKeyStore(db),
      ping: async () => {
        await db.selectFrom('grants').select('id').limit(1).execute();
      },
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
