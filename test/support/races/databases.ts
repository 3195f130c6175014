import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Pool } from 'pg';
import { environment, expireStored, newFolder, readRows, type Environment } from '../service/start-service.ts';
import type { PostgresServer } from '../stores/start-postgres.ts';

/** A new database for services to share, and what a test does to it past them. */
export interface SharedDatabase extends AsyncDisposable {
  readonly location: { readonly path: string } | { readonly url: string };
  /** The environment of a service on it, in front of a sandbox. */
  environment(sandboxUrl: string): Environment;
  /** Rows, read past the services. */
  readonly rows: (sql: string) => Promise<any[]>;
  /** Changes something past the services. */
  readonly run: (sql: string) => Promise<void>;
  /** Ends the life of every stored token. */
  expireAll(): Promise<void>;
  /** The exchanges that ended otherwise than with a token, or have not ended. */
  unfortunate(): Promise<unknown[]>;
}

/** A way to make such a database, and what it is called in the names of tests. */
export interface DatabaseKind {
  readonly name: string;
  readonly create: () => Promise<SharedDatabase>;
}

const UNFORTUNATE = "select * from exchanges where outcome is distinct from 'obtained'";

/** One file in a folder of its own. */
export const sqlite: DatabaseKind = {
  name: 'SQLite',
  create: () => {
    const folder = newFolder();
    const { databasePath } = folder;
    return Promise.resolve({
      location: { path: databasePath },
      rows: (sql) => Promise.resolve(readRows(databasePath, sql)),
      run: (sql) => {
        using database = new DatabaseSync(databasePath, { timeout: 10_000 });
        database.exec(sql);
        return Promise.resolve();
      },
      environment: (sandboxUrl) => environment(sandboxUrl, databasePath, OF_A_RACE),
      expireAll: () => {
        expireStored(databasePath);
        return Promise.resolve();
      },
      unfortunate: () => Promise.resolve(readRows(databasePath, UNFORTUNATE)),
      [Symbol.asyncDispose]: () => {
        folder[Symbol.dispose]();
        return Promise.resolve();
      },
    });
  },
};

/** One database of a real server; services reach it by the URL that `through` makes of its own. */
export function postgres(server: PostgresServer, name = 'Postgres', through = (url: string) => url): DatabaseKind {
  return {
    name,
    create: async () => {
      const url = await server.createDatabase();
      const folder = newFolder();
      const pool = new Pool({ connectionString: url, max: 2 });
      const more = {
        ...OF_A_RACE,
        EVERGRANT_DATABASE_URL: through(url),
        EVERGRANT_RESCUE_DIR: join(dirname(folder.databasePath), 'rescue'),
      };
      const rows = async (sql: string) => (await pool.query(sql)).rows;
      return {
        location: { url },
        rows,
        run: async (sql) => {
          await pool.query(sql);
        },
        environment: (sandboxUrl) => environment(sandboxUrl, folder.databasePath, more),
        expireAll: async () => {
          await pool.query('update credentials set expires_at = $1 where ended_at is null', [Date.now() - 1000]);
        },
        unfortunate: () => rows(UNFORTUNATE),
        [Symbol.asyncDispose]: async () => {
          await pool.end();
          folder[Symbol.dispose]();
        },
      };
    },
  };
}

/**
 * A line for each of 10,000 calls would measure the logger. And one machine plays the callers, the services, the database and
 * Cal.com: whoever waits there for longer than usual is still to be answered.
 */
const OF_A_RACE = { EVERGRANT_LOG_LEVEL: 'warn', EVERGRANT_CALLER_WAIT: '60' };
