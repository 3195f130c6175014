import { sql, type Selectable, type Transaction } from 'kysely';
import type { Pause, PauseReading, PauseStore } from '../../grants/pacing/pause.ts';
import type { Database } from '../database/schema.ts';
import type { SqlDatabase } from '../database/sql-database.ts';

/** Pauses in SQL, one row per realm. */
export class SqlPauseStore implements PauseStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  async read(realm: string): Promise<PauseReading> {
    const { db } = this.#database;
    // The clock alone gives a row, whether or not there is a pause.
    const { rows } = await sql<{ now: number } & { [Column in keyof PauseRow]: PauseRow[Column] | null }>`
      select c.now, p.realm, p.strikes, p.struck_grant_id, p.asked_until, p.paused_at, p.paused_until, p.pauses, p.probe_until, p.resumed_at
      from (select ${this.#database.now()} as now) c left join pauses p on p.realm = ${realm}`.execute(db);
    const [row] = rows;
    const isThere = row !== undefined && row.realm !== null;
    return { pause: isThere ? pauseOf(row as PauseRow) : undefined, now: row?.now ?? 0 };
  }

  async change(
    realm: string,
    next: (pause: Pause | undefined, now: number) => Pause | undefined,
  ): Promise<PauseReading> {
    return this.#database.transact(async (transaction) => {
      const before = await lock(transaction, realm);
      const now = await this.#database.readTime(transaction);
      const pause = next(before, now);
      if (pause === undefined) await transaction.deleteFrom('pauses').where('realm', '=', realm).execute();
      else await transaction.updateTable('pauses').set(columnsOf(pause)).where('realm', '=', realm).execute();
      return { pause, now };
    });
  }
}

type PauseRow = Selectable<Database['pauses']>;

/** Locks the row until the transaction ends, and creates it where there is none. */
async function lock(transaction: Transaction<Database>, realm: string): Promise<Pause | undefined> {
  const { rows } = await sql<PauseRow>`
    insert into pauses (realm, strikes, struck_grant_id, asked_until, paused_at, paused_until, pauses, probe_until, resumed_at)
    values (${realm}, 0, '', 0, 0, 0, 0, 0, 0)
    on conflict (realm) do update set strikes = pauses.strikes
    returning realm, strikes, struck_grant_id, asked_until, paused_at, paused_until, pauses, probe_until, resumed_at`.execute(
    transaction,
  );
  const [row] = rows;
  const isNew = row === undefined || (row.strikes === 0 && row.pauses === 0);
  return isNew ? undefined : pauseOf(row);
}

function pauseOf(row: PauseRow): Pause {
  return {
    strikes: row.strikes,
    struckGrantId: row.struck_grant_id,
    askedUntil: row.asked_until,
    since: row.paused_at,
    until: row.paused_until,
    count: row.pauses,
    probeUntil: row.probe_until,
    resumedAt: row.resumed_at,
  };
}

function columnsOf({ strikes, struckGrantId, askedUntil, since, until, count, probeUntil, resumedAt }: Pause) {
  return {
    strikes,
    struck_grant_id: struckGrantId,
    asked_until: askedUntil,
    paused_at: since,
    paused_until: until,
    pauses: count,
    probe_until: probeUntil,
    resumed_at: resumedAt,
  };
}
