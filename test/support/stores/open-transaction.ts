import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** A transaction of somebody else's, rolled back when it is disposed of. */
export interface OpenTransaction extends AsyncDisposable {
  query(sql: string): Promise<void>;
  commit(): Promise<void>;
  /** Resolves once somebody waits for a lock on this database. */
  untilSomebodyWaits(): Promise<void>;
  /** False once the server has ended it. */
  isOpen(): boolean;
}

const MOST_LOOKS = 2_000;
const WAITING = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;

/** Begins a transaction on a Postgres with these statements. */
export async function openTransaction(url: string, ...statements: string[]): Promise<OpenTransaction> {
  const [client, watcher] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
  let isOpen = true;
  client.on('error', () => (isOpen = false));
  await Promise.all([client.connect(), watcher.connect()]);
  const query = async (sql: string) => {
    await client.query(sql);
  };
  await query('begin');
  for (const statement of statements) await query(statement);
  return {
    query,
    commit: () => query('commit'),
    async untilSomebodyWaits() {
      for (let looks = 0; (await watcher.query(WAITING)).rowCount === 0; looks += 1) {
        assert.ok(looks < MOST_LOOKS, 'nobody waits');
        await sleep(5);
      }
    },
    isOpen: () => isOpen,
    async [Symbol.asyncDispose]() {
      await query('rollback');
      await Promise.all([client.end(), watcher.end()]);
    },
  };
}
