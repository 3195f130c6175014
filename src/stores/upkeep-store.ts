import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import type { GrantEvent } from '../grants/events.ts';
import type { DueGrant, Lapses, RealmLoad, UpkeepStore, UsedCredential } from '../grants/upkeep-store.ts';
import { countLapses, noteLapsed } from './lapses.ts';
import type { SqlDatabase } from './sql-database.ts';
import { dueQuery, lapsingQuery, loadQuery, type DueRow } from './upkeep-queries.ts';

const MINUTE_MS = 60_000;
/** How many credentials one statement names at most. */
const AT_ONCE = 500;

/** Upkeep's questions in SQL; the clock judges tokens. */
export class SqlUpkeepStore implements UpkeepStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
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
      // As a value: a planner that doesn't know the moment takes a third of all exchanges for recent.
      const since = (clock.rows[0]?.now ?? 0) - MINUTE_MS;
      const { rows } = await loadQuery({ realm, since }).execute(db);
      return { recentExchanges: rows[0]?.recent ?? 0, recentLapses: rows[0]?.lapses ?? 0 };
    });
  }

  async due(realm: string, limit: number): Promise<DueGrant[]> {
    return this.#find(dueQuery({ realm, limit, now: this.#clock.now() }));
  }

  async lapsing(realm: string, limit: number): Promise<DueGrant[]> {
    return this.#find(lapsingQuery({ realm, limit, now: this.#clock.now() }));
  }

  async #find(query: RawBuilder<DueRow>): Promise<DueGrant[]> {
    const { rows } = await this.#database.survey((db) => query.execute(db));
    return rows.map((row) => ({ grantId: row.grant_id, subject: row.subject, exchangeId: row.exchange_id }));
  }

  noteLapsed(realm: string, limit: number): Promise<GrantEvent[]> {
    return noteLapsed(this.#database, { realm, limit, now: this.#clock.now() });
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

  async forget(cutoff: number, limit: number): Promise<number> {
    return this.#database.transact(async (transaction) => {
      // A grant that has lost everything keeps the word of it, lest it be told again.
      const events = await sql`delete from events where id in (
        select e.id from events e
        where e.at < ${cutoff} and (e.type <> 'grant.reconnect_required'
          or not exists (select 1 from grants g where g.id = e.grant_id)
          or exists (select 1 from events n where n.grant_id = e.grant_id and n.number > e.number
            and n.type <> 'grant.disconnected'))
        order by e.at limit ${limit})`.execute(transaction);
      // Only what a newer, standing credential has made history: a grant with nothing left keeps what it knows.
      const credentials = await sql<UsedCredential>`delete from credentials where (grant_id, exchange_id) in (
        select c.grant_id, c.exchange_id from credentials c
        where c.ended_at < ${cutoff} and c.expires_at < ${cutoff}
          and c.exchange_id < (select max(s.exchange_id) from credentials s
            where s.grant_id = c.grant_id and s.ended_at is null)
        limit ${limit}) returning grant_id as "grantId", exchange_id as "exchangeId"`.execute(transaction);
      const forgotten = credentials.rows;
      const fruitful =
        forgotten.length === 0
          ? undefined
          : await sql`delete from exchanges where (grant_id, id) in (
              select e.grant_id, e.id from exchanges e where ${isOneOf('e.id', forgotten)} and ${forgettable(cutoff)})`.execute(
              transaction,
            );
      const fruitless = await sql`delete from exchanges where (grant_id, id) in (
        select e.grant_id, e.id from exchanges e where e.outcome <> 'obtained' and e.opened_at < ${cutoff} and ${forgettable(cutoff)}
        limit ${limit})`.execute(transaction);
      const others = [events, fruitful, fruitless].map((result) => Number(result?.numAffectedRows ?? 0));
      return others.reduce((sum, count) => sum + count, forgotten.length);
    });
  }
}

/** Whether a row is of one of these grants and numbers. */
function isOneOf(number: 'exchange_id' | 'e.id', credentials: readonly UsedCredential[]): RawBuilder<boolean> {
  const grant = number === 'e.id' ? 'e.grant_id' : 'grant_id';
  const names = credentials.map(
    ({ grantId, exchangeId }) => sql`(cast(${grantId} as text), cast(${exchangeId} as bigint))`,
  );
  return sql<boolean>`(${sql.ref(grant)}, ${sql.ref(number)}) in (values ${sql.join(names)})`;
}

/** True of an exchange `e` on which nothing depends that stands. */
function forgettable(cutoff: number): RawBuilder<boolean> {
  return sql<boolean>`e.outcome_at < ${cutoff}
    -- Whose mark says that the same line of a file was imported before.
    and e.kind <> 'import'
    and exists (select 1 from credentials s where s.grant_id = e.grant_id and s.ended_at is null
      and s.exchange_id > e.id and s.opened_at > e.outcome_at)
    -- A recovery unsettles whatever is older, should that become current again.
    and (e.kind <> 'recover' or not exists (select 1 from credentials s where s.grant_id = e.grant_id
      and s.ended_at is null and (s.exchange_id < e.id or s.opened_at <= e.outcome_at)))`;
}
