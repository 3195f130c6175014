import { sql } from 'kysely';
import type { Clock } from '../grants/clock.ts';
import { MOST_AHEAD_MS } from '../grants/schedule.ts';
import type { DueGrant, RealmLoad, UpkeepStore } from '../grants/upkeep-store.ts';
import type { SqlDatabase } from './sql-database.ts';

const MINUTE_MS = 60_000;
/** How many ids one statement names at most. */
const IDS_AT_ONCE = 500;

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
    const { db } = this.#database;
    const since = sql<number>`${this.#database.now()} - ${MINUTE_MS}`;
    const { rows } = await sql<{ recent: number; throttled_until: number | null }>`
      select
        (select count(*) from exchanges e join grants g on g.id = e.grant_id
          where e.opened_at > ${since} and e.kind <> 'import' and g.realm = ${realm}) as recent,
        (select max(retry_at) from grants where realm = ${realm} and last_failure = 'throttled') as throttled_until`.execute(
      db,
    );
    return { recentExchanges: rows[0]?.recent ?? 0, throttledUntil: rows[0]?.throttled_until ?? undefined };
  }

  async due(realm: string, limit: number): Promise<DueGrant[]> {
    const now = this.#clock.now();
    // Nothing is due for longer than this without its end having come: so both ranges of the indexes are short.
    const since = { access: now - MOST_AHEAD_MS.access, refresh: now - MOST_AHEAD_MS.refresh };
    const { rows } = await sql<{ grant_id: string; subject: string; exchange_id: number }>`
      select d.grant_id, min(k.subject) as subject, max(d.exchange_id) as exchange_id
      from (
        select grant_id, exchange_id, expires_at as ends_at from credentials
          where ended_at is null and used_at is not null and renew_at between ${since.access} and ${now} and expires_at > ${now}
        union all
        select grant_id, exchange_id, refresh_expires_at as ends_at from credentials
          where ended_at is null and lapse_at between ${since.refresh} and ${now} and refresh_expires_at > ${now}
      ) d
      join grants g on g.id = d.grant_id
      join connections k on k.grant_id = g.id
      where g.realm = ${realm} and (g.retry_at is null or g.retry_at <= ${now})
        and d.exchange_id = (select max(s.exchange_id) from credentials s where s.grant_id = g.id and s.ended_at is null)
      group by d.grant_id
      order by min(d.ends_at)
      limit ${limit}`.execute(this.#database.db);
    return rows.map((row) => ({ grantId: row.grant_id, subject: row.subject, exchangeId: row.exchange_id }));
  }

  async forget(cutoff: number, limit: number): Promise<number> {
    return this.#database.transact(async (transaction) => {
      const statements = [
        sql`delete from events where id in (select id from events where at < ${cutoff} order by id limit ${limit})`,
        // Only what a newer, standing credential has made history: a grant with nothing left keeps what it knows.
        sql`delete from credentials where exchange_id in (
          select c.exchange_id from credentials c
          where c.ended_at < ${cutoff} and c.expires_at < ${cutoff}
            and c.exchange_id < (select max(s.exchange_id) from credentials s where s.grant_id = c.grant_id and s.ended_at is null)
          limit ${limit})`,
        sql`delete from exchanges where id in (
          select e.id from exchanges e
          where e.opened_at < ${cutoff} and e.outcome_at < ${cutoff}
            and not exists (select 1 from credentials c where c.exchange_id = e.id)
            and exists (select 1 from credentials s where s.grant_id = e.grant_id and s.ended_at is null
              and s.exchange_id > e.id and s.opened_at > e.outcome_at)
          limit ${limit})`,
      ];
      let forgotten = 0;
      for (const statement of statements) {
        const { numAffectedRows } = await statement.execute(transaction);
        forgotten += Number(numAffectedRows ?? 0);
      }
      return forgotten;
    });
  }
}
