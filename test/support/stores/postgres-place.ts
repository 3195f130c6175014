import { Pool } from 'pg';
import { DEFAULT_BOUNDS } from '../../../src/grants/exchange.ts';
import { Secret } from '../../../src/secret.ts';
import { openStores, type Stores } from '../../../src/stores/index.ts';
import { migrate } from '../../../src/stores/database/migrate.ts';
import { Vault } from '../../../src/stores/vault/vault.ts';
import type { StorePlace } from '../../unit/stores/contracts/grants/grant-store-contract.ts';
import { ringKey } from './ring-key.ts';
import type { PostgresServer } from './start-postgres.ts';
import { TestClock } from './test-clock.ts';

/** A clock that the database reads too, from a table of its own. */
class SharedClock extends TestClock {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super();
    this.#pool = pool;
  }

  async share(): Promise<void> {
    await this.#pool.query('create table test_clock (now bigint not null)');
    await this.#pool.query('insert into test_clock values ($1)', [this.now()]);
  }

  override async advance(ms: number): Promise<void> {
    await super.advance(ms);
    await this.#tell();
  }

  override async setBack(ms: number): Promise<void> {
    await super.setBack(ms);
    await this.#tell();
  }

  async #tell(): Promise<void> {
    await this.#pool.query('update test_clock set now = $1', [this.now()]);
  }
}

/** A Postgres database and the stores opened on it, all closed together. */
export interface PostgresPlace extends StorePlace {
  openAll(options?: { vault?: Vault }): Promise<Stores>;
  /** Runs a statement past the stores; 64-bit numbers come as text. */
  query(sql: string): Promise<Record<string, unknown>[]>;
}

const migratedOn = new WeakMap<PostgresServer, Promise<string>>();

/** A database of that server with our schema and nothing in it, for others to be copies of; made once. */
function migratedDatabase(server: PostgresServer): Promise<string> {
  const known = migratedOn.get(server);
  if (known !== undefined) return known;
  const made = server.createDatabase().then(async (url) => {
    await migrate({ location: { kind: 'postgres', url: new Secret(url) } });
    return url;
  });
  migratedOn.set(server, made);
  return made;
}

/** A new Postgres database. */
export async function postgresPlace(server: PostgresServer): Promise<PostgresPlace> {
  const url = await server.createDatabase(await migratedDatabase(server));
  const pool = new Pool({ connectionString: url, max: 2 });
  // What has been ended may still be open when the server stops.
  pool.on('error', () => undefined);
  const clock = new SharedClock(pool);
  await clock.share();
  const ownVault = new Vault([ringKey('k1')]);
  const opened: Stores[] = [];
  const location = { kind: 'postgres', url: new Secret(url), now: '(select now from test_clock)' } as const;
  const openAll = async ({ vault = ownVault } = {}) => {
    const stores = await openStores({ location, vault, clock, bounds: DEFAULT_BOUNDS });
    opened.push(stores);
    return stores;
  };
  return {
    clock,
    openAll,
    query: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    open: async (options) => (await openAll(options)).grants,
    openUnread: async () => (await openAll()).unread,
    countGrants: async () => (await pool.query('select id from grants')).rowCount ?? 0,
    endReasons: async () => {
      const { rows } = await pool.query<{ exchange_id: string; end_reason: unknown }>(
        'select * from credentials order by exchange_id',
      );
      return new Map(rows.map((row) => [Number(row.exchange_id), row.end_reason]));
    },
    async [Symbol.asyncDispose]() {
      for (const stores of opened) await stores[Symbol.asyncDispose]();
      await pool.end();
    },
  };
}
