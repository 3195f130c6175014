import { Socket } from 'node:net';
import { Pool, TypeOverrides, types, type PoolConfig } from 'pg';
import type { Secret } from '../secret.ts';
import { PatientPool } from './patient-pool.ts';
import { prepareStatements } from './prepared-statements.ts';

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

const DEFAULT_CONNECTIONS = 10;
/** How long to wait for a connection and for a statement, in milliseconds: callers rather hear of trouble than wait. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** A connection on which nothing came for longer than any statement may take is dead, whatever its socket says. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 2_000;
/** Serialization failure, deadlock. */
const MET_CODES: readonly unknown[] = ['40001', '40P01'];
/** What a connection dies of on its way: the network's words, and the server's classes of them (SQLSTATE). */
const NETWORK_CODE = /^(?:ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOST|ENET)/;
const UNAVAILABLE_STATE = /^(?:08|25006|53|57|58)/;
const UNAVAILABLE_MESSAGE =
  /^(?:timeout exceeded|Connection terminated|Client has encountered|The database was silent)/;

/**
 * Opens a pool of connections and looks whether the server keeps what it acknowledges.
 *
 * @throws {@link VolatileDatabaseError}, or the server's or the network's own error
 */
export async function openPool(options: PostgresOptions): Promise<PatientPool> {
  const { connections = DEFAULT_CONNECTIONS, trouble = () => undefined } = options;
  const pool = new Pool(poolConfig(options, connections));
  pool.on('error', (error) => {
    trouble('an idle database connection was lost', error);
  });
  pool.on('connect', (client) => {
    // While it is lent out nobody else listens, and an error that nobody listens to ends the process. Whoever has it
    // hears of the loss from the statement that fails.
    client.on('error', () => undefined);
    prepareStatements(client);
  });
  await requireDurability(pool);
  return new PatientPool(pool, connections);
}

/** True where another try may succeed because it was another transaction that stood in the way. */
export function isMet(error: unknown): boolean {
  return error instanceof Error && 'code' in error && MET_CODES.includes(error.code);
}

/** True where the server or the way to it is to blame, and not what was asked of it. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') {
    return NETWORK_CODE.test(error.code) || (error.code.length === 5 && UNAVAILABLE_STATE.test(error.code));
  }
  return UNAVAILABLE_MESSAGE.test(error.message);
}

function poolConfig({ url }: PostgresOptions, connections: number): PoolConfig {
  return {
    connectionString: url.reveal(),
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // An instance that vanished in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    stream: impatientSocket,
    // A commit that was acknowledged must survive, whatever the server's default is.
    options: '-c synchronous_commit=on',
    keepAlive: true,
    types: withNumbers(),
  };
}

/**
 * Of a partition that drops everything nobody is told: without this, whoever waits for an answer would wait for as long
 * as it lasts.
 */
function impatientSocket(): Socket {
  const socket = new Socket();
  return socket.setTimeout(SILENCE_MS, () => {
    socket.destroy(new Error('The database was silent for too long.'));
  });
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
