import { copyFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { readRows, type Environment } from '../../support/service/start-service.ts';
import type { SharedDatabase } from '../../support/races/databases.ts';
import type { Rows } from './grant.ts';

/** One service's own way to a database, which can be made to refuse it and nobody else. */
export interface RefusableDatabase extends AsyncDisposable {
  /** What is other than in the environment of all. */
  readonly env: Environment & { readonly EVERGRANT_RESCUE_DIR: string };
  readonly rows: Rows;
  /** Refuses whatever the service wants to write. */
  refuse(): void;
  accept(): void;
}

/**
 * A Postgres that cannot be reached for a while, or a copy of a SQLite file, on which somebody else holds the write lock for
 * longer than a service waits. To be made while no service runs.
 */
export async function refusableDatabase(database: SharedDatabase, folder: string): Promise<RefusableDatabase> {
  const { location, rows } = database;
  const rescue = { EVERGRANT_RESCUE_DIR: `${folder}/refused-rescue` };
  if ('url' in location) {
    const proxy = await startTcpProxy(Number(new URL(location.url).port));
    const url = new URL(location.url);
    url.port = String(proxy.port);
    return {
      env: { ...rescue, EVERGRANT_DATABASE_URL: url.href },
      rows,
      refuse: () => {
        proxy.refuse();
      },
      accept: () => {
        proxy.heal();
      },
      [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
    };
  }
  const path = `${folder}/refusable.db`;
  await copyFile(location.path, path);
  const holder = new DatabaseSync(path, { timeout: 10_000 });
  return {
    env: { ...rescue, EVERGRANT_DATABASE_URL: `sqlite:${path}` },
    rows: (sql) => Promise.resolve(readRows(path, sql)),
    refuse: () => {
      holder.exec('begin immediate');
    },
    accept: () => {
      holder.exec('commit');
    },
    [Symbol.asyncDispose]: () => {
      holder.close();
      return Promise.resolve();
    },
  };
}
