import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '../../grants/clock.ts';
import type { GrantEvent } from '../../grants/events.ts';
import type {
  DueGrant,
  Forgotten,
  Lapses,
  RealmLoad,
  Retention,
  UpkeepStore,
  UsedCredential,
} from '../../grants/storage/upkeep-store.ts';
import { forgetSome } from '../forgetting/forget.ts';
import { isOneOf } from '../forgetting/rules.ts';
import { noteExpiring } from './expiries.ts';
import { countLapses, noteLapsed } from './lapses.ts';
import { RecentExchanges } from './recent-exchanges.ts';
import type { SqlDatabase } from '../database/sql-database.ts';
import { dueQuery, lapsingQuery, type DueParameters, type DueRow } from './due-queries.ts';

/** The most credentials in one statement. */
const AT_ONCE = 500;

/** Upkeep's queries in SQL; the clock judges tokens. */
export class SqlUpkeepStore implements UpkeepStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;
  readonly #holder: string;
  readonly #recent = new RecentExchanges();

  /** @param holder who forgets here: names machine and process */
  constructor(database: SqlDatabase, clock: Clock, holder: string) {
    this.#database = database;
    this.#clock = clock;
    this.#holder = holder;
  }

  async noteUsed(used: readonly UsedCredential[]): Promise<void> {
    const used_at = this.#clock.now();
    for (let from = 0; from < used.length; from += AT_ONCE) {
      await this.#database.transact(async (transaction) => {
        await transaction
          .updateTable('credentials')
          .set({ used_at })
          .where(isOneOf('exchange_id', used.slice(from, from + AT_ONCE)))
          .where('used_at', 'is', null)
          .execute();
      });
    }
  }

  async load(realm: string): Promise<RealmLoad> {
    return this.#database.survey(async (db) => {
      const clock = await sql<{ now: number }>`select ${this.#database.now()} as now`.execute(db);
      return this.#recent.load(db, realm, clock.rows[0]?.now ?? 0);
    });
  }

  async due(realm: string, limit: number, leavesUnread = false): Promise<DueGrant[]> {
    return this.#find(dueQuery(this.#dueParameters(realm, limit, leavesUnread)));
  }

  async lapsing(realm: string, limit: number, leavesUnread = false): Promise<DueGrant[]> {
    return this.#find(lapsingQuery(this.#dueParameters(realm, limit, leavesUnread)));
  }

  #dueParameters(realm: string, limit: number, leavesUnread: boolean): DueParameters {
    return { dialect: this.#database.columnTypes.dialect, realm, limit, leavesUnread, now: this.#clock.now() };
  }

  async #find(query: RawBuilder<DueRow>): Promise<DueGrant[]> {
    const { rows } = await this.#database.survey((db) => query.execute(db));
    return rows.map((row) => ({ grantId: row.grant_id, subject: row.subject, exchangeId: row.exchange_id }));
  }

  noteLapsed(realm: string, limit: number): Promise<GrantEvent[]> {
    return noteLapsed(this.#database, { realm, limit, now: this.#clock.now() });
  }

  noteExpiring(realm: string, limit: number): Promise<GrantEvent[]> {
    return noteExpiring(this.#database, { realm, limit, now: this.#clock.now() });
  }

  lapses(realm: string, withinMs: readonly number[]): Promise<Lapses> {
    return countLapses(this.#database, { realm, withinMs, now: this.#clock.now() });
  }

  async noteRealms(): Promise<void> {
    await this.#database.transact(async (transaction) => {
      await sql`update credentials set realm = (select g.realm from grants g where g.id = credentials.grant_id)
        where ended_at is null and realm is null`.execute(transaction);
    });
  }

  forget(retention: Retention, limit: number): Promise<Forgotten> {
    return forgetSome({ database: this.#database, clock: this.#clock, holder: this.#holder }, retention, limit);
  }
}
