import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { RealmLoad } from '../../grants/storage/upkeep-store.ts';
import type { Database } from '../database/schema.ts';

const MINUTE_MS = 60_000;
/**
 * The width of the slices in which the last minute is kept, and how far back each count starts again, because what was
 * opened commits a little later. In milliseconds.
 */
const SLICE_MS = 100;
const AGAIN_MS = 3_000;
/** The most exchanges that one statement counts, so that it never takes long. */
const AT_ONCE = 1_000;

/** What was opened in one realm within one slice of time. */
interface Slice {
  readonly realm: string;
  /** When it starts, in slices since the epoch. */
  readonly slice: number;
  readonly recent: number;
  readonly lapses: number;
}

/**
 * How much every provider was asked within the last minute, by all instances together. It caches its counts, so each
 * update reads only what was opened since the last one, and a little before it.
 */
export class RecentExchanges {
  #slices: readonly Slice[] = [];
  /** Earlier slices don't change any more. */
  #countedTo = -Infinity;
  #lastNow = -Infinity;
  #look: Promise<void> | undefined;

  /**
   * Updates the counts; simultaneous callers share the update.
   *
   * @param now the database's time, in epoch milliseconds
   */
  async load(db: Kysely<Database>, realm: string, now: number): Promise<RealmLoad> {
    this.#look ??= this.#count(db, now).finally(() => (this.#look = undefined));
    await this.#look;
    const recent = this.#slices.filter((each) => each.realm === realm && each.slice * SLICE_MS > now - MINUTE_MS);
    return {
      recentExchanges: recent.reduce((sum, each) => sum + each.recent, 0),
      recentLapses: recent.reduce((sum, each) => sum + each.lapses, 0),
    };
  }

  async #count(db: Kysely<Database>, now: number): Promise<void> {
    const first = Math.floor((now - MINUTE_MS) / SLICE_MS);
    // After the clock was set back, everything is counted again.
    const isSetBack = now < this.#lastNow - AGAIN_MS;
    const from = isSetBack ? first : Math.max(first, this.#countedTo);
    const counted = await countFrom(db, from);
    const before = isSetBack ? [] : this.#slices.filter(({ slice }) => slice >= first && slice < from);
    this.#slices = [...before, ...counted];
    this.#countedTo = Math.floor((now - AGAIN_MS) / SLICE_MS);
    this.#lastNow = now;
  }
}

/** Counts everything opened since the start of a slice, a little at a time. */
async function countFrom(db: Kysely<Database>, firstSlice: number): Promise<Slice[]> {
  const slices: Slice[] = [];
  for (let from = firstSlice; ;) {
    const { rows } = await recentQuery(from * SLICE_MS).execute(db);
    slices.push(...rows);
    if (rows.reduce((sum, row) => sum + row.total, 0) < AT_ONCE) return slices;
    // The last slice may be counted only in part, so it is read again. One too full for that keeps its partial count.
    const last = Math.max(...slices.map(({ slice }) => slice));
    from = last === from ? last + 1 : last;
    slices.splice(0, Infinity, ...slices.filter(({ slice }) => slice < from));
    await nextTurn();
  }
}

function recentQuery(from: number): RawBuilder<Slice & { total: number }> {
  const slice = sql.raw(`e.opened_at / ${SLICE_MS}`);
  return sql`
    select g.realm, ${slice} as slice, count(*) as total,
      sum(case when e.kind in ('import', 'link') then 0 else 1 end) as recent,
      sum(case when e.kind in ('import', 'link') or p.exchange_id is null then 0 else 1 end) as lapses
    from (select grant_id, presented_id, kind, opened_at from exchanges where opened_at >= ${from}
      order by opened_at limit ${AT_ONCE}) e
    join grants g on g.id = e.grant_id
    left join credentials p on p.grant_id = e.grant_id and p.exchange_id = e.presented_id and p.lapse_at <= e.opened_at
    group by g.realm, ${slice}`;
}
