import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, TypeOverrides, types, type PoolConfig } from 'pg';
import type { Secret } from '../secret.ts';
import { POSTGRES_TYPES } from './column-types.ts';
import { openNotices } from './postgres-notices.ts';
import { retried } from './retried.ts';
import type { Database } from './schema.ts';
import type { SqlDatabase, ViewRow } from './sql-database.ts';
import { viewQuery } from './view-query.ts';

/** How to open a Postgres database. */
export interface PostgresOptions {
  /** `postgres://...`; holds a password as a rule. */
  readonly url: Secret;
  /** How long a call may take effect after its exchange was opened, in milliseconds. */
  readonly unresolvedMs: number;
  /** The most connections of this instance. */
  readonly connections?: number;
  /** An SQL expression for the time in epoch milliseconds; the server's clock unless given. */
  readonly now?: string;
  /** Told of connections that were lost; the pool makes new ones by itself. */
  readonly trouble?: (what: string, cause: unknown) => void;
}

const SERVER_TIME = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const DEFAULT_CONNECTIONS = 10;
/** How long to wait for a connection and for a statement, in milliseconds: callers rather hear of trouble than wait. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** Any number will do, as long as it is always the same. */
const SCHEMA_LOCK = 7_032_501;
/** Serialization failure, deadlock. */
const RETRIED_CODES: readonly unknown[] = ['40001', '40P01'];

/**
 * Opens a Postgres database. Nothing here keeps state in a session, so a pooler in transaction mode may stand between;
 * only the notices want a session, and they are hints.
 */
export async function openPostgres(options: PostgresOptions): Promise<SqlDatabase> {
  const { unresolvedMs, now = SERVER_TIME, trouble = () => undefined } = options;
  const pool = new Pool(poolConfig(options));
  pool.on('error', (error) => {
    trouble('an idle database connection was lost', error);
  });
  await requireDurability(pool);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const notices = openNotices(options.url, trouble);
  const view = {
    name: 'evergrant-view',
    text: viewQuery({ realm: '$1', subject: '$2', unresolvedMs: '$3::bigint', now }),
  };
  return {
    db,
    columnTypes: POSTGRES_TYPES,
    now: () => sql.raw<number>(now),
    transact: (work) => retried(() => db.transaction().execute(work), metLock),
    async lockGrant(transaction, grantId) {
      await sql`select 1 from grants where id = ${grantId} for update`.execute(transaction);
      const { rows } = await sql<{ now: number }>`select ${sql.raw(now)} as now`.execute(transaction);
      return rows[0]?.now ?? 0;
    },
    async lockSchema(transaction) {
      await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(transaction);
    },
    async readView(realm, subject) {
      const { rows } = await pool.query<ViewRow>({ ...view, values: [realm, subject, unresolvedMs] });
      return rows[0];
    },
    announce: (transaction, grantId) => notices.announce(transaction, grantId),
    awaitChange: (grantId, ms) => notices.awaitChange(grantId, ms),
    async [Symbol.asyncDispose]() {
      await notices.close();
      await db.destroy();
    },
  };
}

function poolConfig({ url, connections = DEFAULT_CONNECTIONS }: PostgresOptions): PoolConfig {
  return {
    connectionString: url.reveal(),
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // A commit that was acknowledged must survive, whatever the server's default is.
    options: '-c synchronous_commit=on',
    keepAlive: true,
    types: withNumbers(),
  };
}

/** 64-bit numbers come as numbers: ours are times and counts, which fit. */
function withNumbers(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  return overrides;
}

/** With `fsync` off an acknowledged commit is a hope, and a lost one is a lost token. */
async function requireDurability(pool: Pool): Promise<void> {
  try {
    const { rows } = await pool.query<{ fsync: string }>('show fsync');
    if (rows[0]?.fsync === 'off') {
      throw new VolatileDatabaseError(
        'The Postgres server runs with fsync = off: a crash would lose tokens. Switch it on.',
      );
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** The database would forget commits that it has acknowledged. */
export class VolatileDatabaseError extends Error {
  override readonly name = 'VolatileDatabaseError';
  readonly code = 'volatile_database';
}

function metLock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RETRIED_CODES.includes(error.code);
}
