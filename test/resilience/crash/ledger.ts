import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { Pool } from 'pg';

/** Reads a database past the stores. */
export interface Ledger extends AsyncDisposable {
  rows(sql: string): Promise<Record<string, unknown>[]>;
}

/** Opens a SQLite file for reading; it checks itself for damage first at every reading. */
export function sqliteLedger(path: string): Ledger {
  return {
    rows(sql) {
      const database = new DatabaseSync(path);
      try {
        assert.deepEqual(
          database
            .prepare('pragma integrity_check')
            .all()
            .map((row) => Object.values(row)[0]),
          ['ok'],
        );
        return Promise.resolve(database.prepare(sql).all());
      } finally {
        database.close();
      }
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Opens a Postgres database for reading. */
export function postgresLedger(url: string): Ledger {
  const pool = new Pool({ connectionString: url, max: 1 });
  return {
    rows: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** What can never be, each as a query that then finds nothing. */
const NEVER: Readonly<Record<string, string>> = {
  'a credential without its exchange':
    "select c.exchange_id from credentials c left join exchanges e on e.grant_id = c.grant_id and e.id = c.exchange_id and e.nonce = c.nonce where e.outcome is distinct from 'obtained'",
  'an exchange that obtained, without its credential':
    "select e.id from exchanges e left join credentials c on c.grant_id = e.grant_id and c.exchange_id = e.id where e.outcome = 'obtained' and c.exchange_id is null",
  'two open exchanges of one grant':
    'select grant_id from exchanges where finished_at is null group by grant_id having count(*) > 1',
  'an end without a reason, or a reason without an end':
    'select exchange_id from credentials where (ended_at is null) <> (end_reason is null)',
  'a presented credential that stands although it was exchanged':
    "select c.exchange_id from credentials c join exchanges e on e.grant_id = c.grant_id and e.presented_id = c.exchange_id where e.outcome = 'obtained' and c.ended_at is null",
  'a first credential or a recovered one without its event, or a credential with two':
    "select c.exchange_id from credentials c join exchanges e on e.grant_id = c.grant_id and e.id = c.exchange_id left join events v on v.grant_id = c.grant_id and v.exchange_id = c.exchange_id and v.type <> 'grant.reconnect_required' group by c.grant_id, c.exchange_id, e.kind having count(v.id) > 1 or (count(v.id) = 0 and e.kind not in ('refresh', 'import', 'link'))",
  'an event told twice': 'select grant_id from events group by grant_id, exchange_id, type having count(*) > 1',
};

/** Fails where the database holds what can never be. */
export async function assertSound(ledger: Ledger): Promise<void> {
  for (const [what, sql] of Object.entries(NEVER)) assert.deepEqual(await ledger.rows(sql), [], what);
}
