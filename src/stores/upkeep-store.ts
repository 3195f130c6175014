import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import { MOST_AHEAD_MS } from '../grants/schedule.ts';
import type { DueGrant, RealmLoad, UpkeepStore } from '../grants/upkeep-store.ts';
import type { SqlDatabase } from './sql-database.ts';

const MINUTE_MS = 60_000;
/** How many ids one statement names at most. */
const IDS_AT_ONCE = 500;

/** What makes a credential due, each with an index of its own. */
interface Due {
  readonly dueAt: RawBuilder<number>;
  readonly endsAt: RawBuilder<number>;
  readonly inUse: RawBuilder<boolean>;
}

const ACCESS: Due = { dueAt: sql`c.renew_at`, endsAt: sql`c.expires_at`, inUse: sql`c.used_at is not null` };
const REFRESH: Due = { dueAt: sql`c.lapse_at`, endsAt: sql`c.refresh_expires_at`, inUse: sql`1 = 1` };

interface DueRow {
  grant_id: string;
  exchange_id: number;
  ends_at: number;
  subject: string;
}

/** Upkeep's questions in SQL; the clock judges tokens. */
export class SqlUpkeepStore implements UpkeepStore {
  readonly #database: SqlDatabase;
  readonly #clock: Clock;

  constructor(database: SqlDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async noteUsed(exchangeIds: readonly number[]): Promise<void> {
    const used_at = this.#clock.now();
    for (let from = 0; from < exchangeIds.length; from += IDS_AT_ONCE) {
      await this.#database.transact(async (transaction) => {
        await transaction
          .updateTable('credentials')
          .set({ used_at })
          .where('exchange_id', 'in', exchangeIds.slice(from, from + IDS_AT_ONCE))
          .where('used_at', 'is', null)
          .execute();
      });
    }
  }

  async load(realm: string): Promise<RealmLoad> {
    // A subquery is asked once, a clock in a comparison for every row of the table.
    const since = sql<number>`(select ${this.#database.now()} - ${MINUTE_MS})`;
    const asked = sql<{ recent: number; throttled_until: number | null }>`
      select
        (select count(*) from exchanges e where e.opened_at > ${since} and e.kind not in ('import', 'link')
          and (select g.realm from grants g where g.id = e.grant_id) = ${realm}) as recent,
        (select max(retry_at) from grants where realm = ${realm} and last_failure = 'throttled') as throttled_until`;
    const { rows } = await this.#database.survey((db) => asked.execute(db));
    return { recentExchanges: rows[0]?.recent ?? 0, throttledUntil: rows[0]?.throttled_until ?? undefined };
  }

  async due(realm: string, limit: number): Promise<DueGrant[]> {
    const now = this.#clock.now();
    const found = [
      ...(await this.#dueFor(realm, limit, ACCESS, now - MOST_AHEAD_MS.access)),
      ...(await this.#dueFor(realm, limit, REFRESH, now - MOST_AHEAD_MS.refresh)),
    ];
    const pressing = found.sort((one, other) => one.ends_at - other.ends_at);
    const byGrant = new Map(pressing.map((row) => [row.grant_id, row]));
    return [...byGrant.values()]
      .slice(0, limit)
      .map((row) => ({ grantId: row.grant_id, subject: row.subject, exchangeId: row.exchange_id }));
  }

  /**
   * Reads along an index and stops at the limit, for the backlog may be long.
   *
   * @param since nothing has been due for longer without its end having come, so the range of the index is short
   */
  async #dueFor(realm: string, limit: number, { dueAt, endsAt, inUse }: Due, since: number): Promise<DueRow[]> {
    const now = this.#clock.now();
    const asked = sql<DueRow>`
      select c.grant_id, c.exchange_id, ${endsAt} as ends_at,
        (select min(k.subject) from connections k where k.grant_id = c.grant_id) as subject
      from credentials c
      join grants g on g.id = c.grant_id
      where c.ended_at is null and ${inUse} and ${dueAt} between ${since} and ${now} and ${endsAt} > ${now}
        and g.realm = ${realm} and (g.retry_at is null or g.retry_at <= ${now})
        and c.exchange_id = (select max(s.exchange_id) from credentials s where s.grant_id = c.grant_id and s.ended_at is null)
        and exists (select 1 from connections k where k.grant_id = c.grant_id)
      order by ${dueAt}
      limit ${limit}`;
    const { rows } = await this.#database.survey((db) => asked.execute(db));
    return rows;
  }

  async forget(cutoff: number, limit: number): Promise<number> {
    return this.#database.transact(async (transaction) => {
      // A grant that has lost everything keeps the word of it, lest it be told again.
      const events = await sql`delete from events where id in (
        select e.id from events e
        where e.at < ${cutoff} and (e.type <> 'grant.reconnect_required'
          or not exists (select 1 from grants g where g.id = e.grant_id)
          or exists (select 1 from events n where n.grant_id = e.grant_id and n.id > e.id and n.type <> 'grant.disconnected'))
        order by e.at limit ${limit})`.execute(transaction);
      // Only what a newer, standing credential has made history: a grant with nothing left keeps what it knows.
      const credentials = await sql<{ exchange_id: number }>`delete from credentials where exchange_id in (
        select c.exchange_id from credentials c
        where c.ended_at < ${cutoff} and c.expires_at < ${cutoff}
          and c.exchange_id < (select max(s.exchange_id) from credentials s
            where s.grant_id = c.grant_id and s.ended_at is null)
        limit ${limit}) returning exchange_id`.execute(transaction);
      const ids = credentials.rows.map((row) => row.exchange_id);
      const fruitful =
        ids.length === 0
          ? undefined
          : await sql`delete from exchanges where id in (
              select e.id from exchanges e where e.id in (${sql.join(ids)}) and ${forgettable(cutoff)})`.execute(
              transaction,
            );
      const fruitless = await sql`delete from exchanges where id in (
        select e.id from exchanges e where e.outcome <> 'obtained' and e.opened_at < ${cutoff} and ${forgettable(cutoff)}
        limit ${limit})`.execute(transaction);
      const others = [events, fruitful, fruitless].map((result) => Number(result?.numAffectedRows ?? 0));
      return others.reduce((sum, count) => sum + count, ids.length);
    });
  }
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
