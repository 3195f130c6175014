import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';

/** A connection past the stores, to a database that they have open. */
export interface RawRows extends AsyncDisposable {
  readonly query: (sql: string) => Promise<any[]>;
}

/** @param url as `EVERGRANT_DATABASE_URL` has it */
export async function openRawRows(url: string): Promise<RawRows> {
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 10_000 });
    return {
      query: (sql) => Promise.resolve(database.prepare(sql).all()),
      [Symbol.asyncDispose]: () => {
        database.close();
        return Promise.resolve();
      },
    };
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    query: async (sql) => (await client.query(sql)).rows,
    [Symbol.asyncDispose]: () => client.end(),
  };
}
