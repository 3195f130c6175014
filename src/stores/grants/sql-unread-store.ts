import { sql } from 'kysely';
import { subjectsOf } from '../../grants/connection-key.ts';
import type { UnreadAnswer, UnreadName, UnreadQuery, UnreadStore } from '../../grants/storage/unread-store.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { isUnreadQuery } from '../database/lease-query.ts';
import type { Vault } from '../vault/vault.ts';
import { openKept } from './record-unread.ts';

interface UnreadRow {
  grant_id: string;
  exchange_id: number;
  nonce: string;
  kept_at: number;
  answer: Uint8Array;
  may_present: number;
}

/** Unread answers in SQL. */
export class SqlUnreadStore implements UnreadStore {
  readonly #database: SqlDatabase;
  readonly #vault: Vault;

  constructor(database: SqlDatabase, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
  }

  async list(realm: string, { limit, after, exceptReadBy }: UnreadQuery): Promise<UnreadAnswer[]> {
    const { db } = this.#database;
    const isAfter =
      after === undefined
        ? sql`1 = 1`
        : sql`(u.grant_id, u.exchange_id) > (cast(${after.grantId} as text), cast(${after.exchangeId} as bigint))`;
    const isNew = exceptReadBy === undefined ? sql`1 = 1` : sql`(u.reader is null or u.reader <> ${exceptReadBy})`;
    const { rows } = await sql<UnreadRow>`
      select u.grant_id, u.exchange_id, u.nonce, u.kept_at, u.answer, u.may_present
      from unread_answers u join grants g on g.id = u.grant_id
      where g.realm = ${realm} and ${isAfter} and ${isNew}
      order by u.grant_id, u.exchange_id limit ${limit}`.execute(db);
    const keys = await this.#keysOf(rows.map((row) => row.grant_id));
    return rows.map((row) => ({
      grantId: row.grant_id,
      nonce: row.nonce,
      place: { grantId: row.grant_id, exchangeId: row.exchange_id },
      subjects: subjectsOf(keys.get(row.grant_id) ?? []),
      keptAt: row.kept_at,
      mayPresent: row.may_present === 1,
      content: this.#opened(row),
    }));
  }

  async noteReader(name: UnreadName, reader: string): Promise<void> {
    await this.#change(name, { reader });
  }

  async letPresent(name: UnreadName): Promise<void> {
    await this.#change(name, { may_present: 1 });
  }

  async drop({ grantId, nonce }: UnreadName): Promise<void> {
    await this.#database.transact(async (transaction) => {
      await transaction
        .deleteFrom('unread_answers')
        .where('grant_id', '=', grantId)
        .where('nonce', '=', nonce)
        .execute();
    });
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await sql<{ realm: string; count: number }>`
      select g.realm, count(*) as count from grants g
      where g.id in (select grant_id from unread_answers) and ${sql.raw(isUnreadQuery('g.id'))}
      group by g.realm`.execute(this.#database.db);
    return new Map(rows.map(({ realm, count }) => [realm, count]));
  }

  #opened(row: UnreadRow): UnreadAnswer['content'] {
    try {
      return openKept(this.#vault, row);
    } catch (cause) {
      return { kind: 'sealed', cause };
    }
  }

  async #keysOf(grantIds: readonly string[]): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    if (grantIds.length === 0) return found;
    const rows = await this.#database.db
      .selectFrom('connections')
      .select(['grant_id', 'subject'])
      .where('grant_id', 'in', grantIds)
      .orderBy('subject')
      .execute();
    for (const { grant_id: grantId, subject: key } of rows) {
      found.set(grantId, [...(found.get(grantId) ?? []), key]);
    }
    return found;
  }

  async #change({ grantId, nonce }: UnreadName, values: { reader: string } | { may_present: number }): Promise<void> {
    await this.#database.transact(async (transaction) => {
      // The locking order of everything that changes a grant: a renewal decides on what it reads behind this lock.
      await this.#database.lockGrant(transaction, grantId);
      await transaction
        .updateTable('unread_answers')
        .set(values)
        .where('grant_id', '=', grantId)
        .where('nonce', '=', nonce)
        .execute();
    });
  }
}
