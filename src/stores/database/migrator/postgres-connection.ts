import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Secret } from '../../../secret.ts';
import { POSTGRES_TYPES } from '../column-types.ts';
import { meaningOf } from '../postgres/errors.ts';
import { lineageExpression } from '../postgres/lineage.ts';
import { withNumbers } from '../postgres/pool.ts';
import { PostgresServers } from '../postgres/servers.ts';
import { BEGIN } from '../postgres/session-settings.ts';
import type { DatabaseMeans, MigratorConnection, Run } from './migrator-connection.ts';

/** How long to wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000;
/**
 * How long a statement may wait for a lock, in milliseconds: everything that asks for the lock later queues behind it.
 */
const LOCK_TIMEOUT_MS = 150;
/** How long to pause before the next try, in milliseconds. */
const PAUSE_MS = { least: 100, most: 1_000 };
/** Set per transaction: behind a pooler in transaction mode, the session is shared. */
const LIMITS = [
  'statement_timeout = 0',
  'idle_in_transaction_session_timeout = 0',
  `lock_timeout = ${LOCK_TIMEOUT_MS}`,
];
/** Index builds use no parallel workers: the processors are for the callers. */
const OF_THE_SESSION =
  'set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set max_parallel_maintenance_workers = 0';
/** SQLSTATEs: a serialization failure, a deadlock, a lock that could not be had in time. */
const MET = ['40001', '40P01', '55P03'];

/** Connects to a Postgres database for migrations only, twice: the second connection reports on the first. */
export async function openPostgresForMigration(url: Secret, { progress }: DatabaseMeans): Promise<MigratorConnection> {
  const servers = new PostgresServers(url, () => undefined);
  const client = await connect(servers);
  const run = runner(client);
  let beside: Promise<Client> | undefined;
  const attempt = async <Result>(work: (run: Run) => Promise<Result>): Promise<Result> => {
    await client.query(`${BEGIN}; ${LIMITS.map((limit) => `set local ${limit}`).join('; ')}`);
    try {
      const result = await work(run);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    }
  };
  const transact: MigratorConnection['transact'] = async (work) => {
    for (let pauseMs = PAUSE_MS.least; ; pauseMs = Math.min(PAUSE_MS.most, pauseMs * 2)) {
      try {
        return await attempt(work);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && MET.includes(String(error.code)))) throw error;
        progress.tell(() => 'The migration waits for a lock that others have; it tries again and again.');
        await delay(pauseMs * (0.5 + Math.random() / 2));
      }
    }
  };
  return {
    types: { ...POSTGRES_TYPES, lineage: await lineageExpression((statement) => client.query(statement)) },
    now: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
    transact,
    transactAlone: transact,
    run,
    runBeside: async (statement) => runner(await (beside ??= connect(servers)))(statement),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([client.end(), beside?.then((each) => each.end())]);
      servers.destroyAll();
    },
  };
}

/** Throws the server's or the network's own error, or the errors of `checkPostgres`. */
async function connect(servers: PostgresServers): Promise<Client> {
  for (let tries = 1; ; tries += 1) {
    const route = servers.route();
    const client = new Client({
      ...servers.clientConfig(route),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      types: withNumbers(),
    });
    // A lost connection fails the statement that runs on it.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await servers.admit(client, route);
      // Indexes are built outside transactions, so this is set for the session. Behind a pooler, the server's own
      // setting for this user applies.
      if (!servers.isPooled) {
        await client.query(OF_THE_SESSION);
      }
      return client;
    } catch (error) {
      servers.noteFailure(route, error);
      void client.end().catch(() => undefined);
      if (tries >= servers.count || !['unavailable', 'read_only'].includes(meaningOf(error) ?? '')) throw error;
    }
  }
}

function runner(client: Client): Run {
  return async (statement) => (await client.query(statement)).rows as never;
}
