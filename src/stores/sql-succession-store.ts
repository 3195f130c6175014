import { sql } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import type { SuccessionLimits, SuccessionStore } from '../grants/storage/succession-store.ts';
import type { Secret } from '../secret.ts';
import type { SqlDatabase } from './database/sql-database.ts';
import type { Vault } from './vault/vault.ts';

/** The most subjects in one statement. */
const SUBJECTS_AT_ONCE = 500;

/** Configures {@link SqlSuccessionStore}; the clock judges tokens. */
export interface SqlSuccessionStoreOptions {
  readonly database: SqlDatabase;
  readonly vault: Vault;
  readonly clock: Clock;
}

/** Which access tokens find their successor, in SQL. */
export class SqlSuccessionStore implements SuccessionStore {
  readonly #options: SqlSuccessionStoreOptions;

  constructor(options: SqlSuccessionStoreOptions) {
    this.#options = options;
  }

  async find(realm: string, accessToken: Secret, { graceMs, chainMs }: SuccessionLimits): Promise<string | undefined> {
    const { database, vault, clock } = this.#options;
    const now = clock.now();
    const row = await database.db
      .selectFrom('credentials')
      .innerJoin('grants', 'grants.id', 'credentials.grant_id')
      .innerJoin('connections', 'connections.grant_id', 'credentials.grant_id')
      .select('connections.subject')
      .where('credentials.access_token_hash', 'in', vault.tokenHashes(accessToken))
      .where('credentials.expires_at', '>', now - graceMs)
      .where(sql<boolean>`credentials.exchange_id >= coalesce(grants.successors_from, 0)`)
      .where('connections.realm', '=', realm)
      .where('connections.called_at', '>', now - chainMs)
      .limit(1)
      .executeTakeFirst();
    return row?.subject;
  }

  async end(realm: string, subject: string, upTo: Secret | undefined): Promise<void> {
    const { database, vault } = this.#options;
    const ended = upTo === undefined ? sql`1 = 1` : sql`c.access_token_hash in (${sql.join(vault.tokenHashes(upTo))})`;
    // Read first: the same token may be reported any number of times.
    const { rows } = await sql<{ id: string; successors_from: number }>`
      select g.id, max(c.exchange_id) + 1 as successors_from
      from connections k
      join grants g on g.id = k.grant_id
      join credentials c on c.grant_id = g.id
      where k.realm = ${realm} and k.subject = ${subject} and ${ended}
        and c.exchange_id >= coalesce(g.successors_from, 0)
      group by g.id`.execute(database.db);
    const [row] = rows;
    if (row === undefined) return;
    await database.transact(async (transaction) => {
      await transaction
        .updateTable('grants')
        .set({ successors_from: row.successors_from })
        .where('id', '=', row.id)
        .where(sql<boolean>`coalesce(successors_from, 0) < ${row.successors_from}`)
        .execute();
    });
  }

  async noteCalls(realm: string, subjects: readonly string[]): Promise<void> {
    const called_at = this.#options.clock.now();
    for (let from = 0; from < subjects.length; from += SUBJECTS_AT_ONCE) {
      await this.#options.database.transact(async (transaction) => {
        await transaction
          .updateTable('connections')
          .set({ called_at })
          .where('realm', '=', realm)
          .where('subject', 'in', subjects.slice(from, from + SUBJECTS_AT_ONCE))
          .execute();
      });
    }
  }
}
