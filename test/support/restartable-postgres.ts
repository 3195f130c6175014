import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startServer } from './stores/start-postgres.ts';
import { killPostgres } from './kill-postgres.ts';

/** A Postgres server that can be crashed and started again on the same data. */
export interface RestartablePostgres extends AsyncDisposable {
  readonly port: number;
  /** Makes a new, empty database and gives its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends it without a checkpoint: by its own immediate shutdown (SIGQUIT), or by SIGKILL of the postmaster. */
  crash(how: 'SIGQUIT' | 'SIGKILL'): Promise<void>;
  /** Starts it again; it recovers from its log. */
  start(): Promise<void>;
}

/** Starts a server of our own in a temporary folder; `flags` are added to its command line. */
export async function startRestartablePostgres(flags: readonly string[] = []): Promise<RestartablePostgres> {
  // A killed process loses nothing that it has written, so memory is as good as a disk here.
  const { server, databaseDir, port } = await startServer({
    persistent: true,
    flags: ['-c', 'max_connections=100', ...flags],
  });
  let isUp = true;
  const start = async () => {
    await patiently(() => server.start());
    isUp = true;
  };
  return {
    port,
    createDatabase: (name) => createDatabase(port, name),
    async crash(how) {
      isUp = false;
      await killPostgres(databaseDir, how);
    },
    start,
    async [Symbol.asyncDispose]() {
      // Its own stop waits for ever for a process that is gone already.
      if (!isUp) await start();
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/** After a SIGKILL the memory of the old server is in use until its last child has noticed. */
async function patiently(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await start();
      return;
    } catch (error) {
      if (attempt === 50) throw new Error('Postgres does not start again.', { cause: error });
      await sleep(100);
    }
  }
}

async function createDatabase(port: number, name: string): Promise<string> {
  const server = `postgres://postgres:password@127.0.0.1:${port}`;
  const client = new Client({ connectionString: `${server}/postgres` });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return `${server}/${name}`;
}
