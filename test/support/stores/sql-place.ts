import { DatabaseSync } from 'node:sqlite';
import type { Stores } from '../../../src/stores/index.ts';
import type { Vault } from '../../../src/stores/vault/vault.ts';
import type { StorePlace } from '../../unit/stores/contracts/grants/grant-store-contract.ts';
import { sqlitePlace } from './open-test-stores.ts';
import { postgresPlace } from './postgres-place.ts';
import type { PostgresServer } from './start-postgres.ts';

/** A place whose database understands SQL. */
export interface SqlPlace extends StorePlace {
  /** Everything that one more instance keeps. */
  openAll(options?: { vault?: Vault }): Promise<Stores>;
  /** Runs a statement past the stores, and gives its rows with plain numbers. */
  query(sql: string): Promise<Record<string, unknown>[]>;
}

/** A new SQLite file. */
export async function sqliteSqlPlace(): Promise<SqlPlace> {
  const place = await sqlitePlace();
  return {
    ...place,
    query: (sql) => {
      using database = new DatabaseSync(place.path, { timeout: 10_000 });
      return Promise.resolve(database.prepare(sql).all());
    },
  };
}

/** A new Postgres database. */
export async function postgresSqlPlace(server: PostgresServer): Promise<SqlPlace> {
  const place = await postgresPlace(server);
  return { ...place, query: async (sql) => (await place.query(sql)).map(withNumbers) };
}

/** The driver gives 64-bit numbers as text. */
function withNumbers(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value,
    ]),
  );
}
