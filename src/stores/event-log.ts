import { sql, type RawBuilder, type Selectable } from 'kysely';
import type { EventReason, EventType, GrantEvent } from '../grants/events.ts';
import { subjectsOf } from '../grants/connection-key.ts';
import type { Database } from './database/schema.ts';
import type { SqlDatabase } from './database/sql-database.ts';

/** Which events to read. */
export interface EventFilter {
  /** Any of these; undefined for all. */
  readonly types?: readonly EventType[] | undefined;
  /** Of grants that this subject was connected to at the time. */
  readonly subject?: string | undefined;
}

/** Which events to read, and how many of them. */
export interface EventQuery extends EventFilter {
  readonly limit: number;
  /** Only events with a greater id. */
  readonly after?: number | undefined;
}

/** How many events there are of each kind; those of `grant.refreshed` are counted from the exchanges. */
export interface EventCounts {
  readonly kinds: readonly {
    readonly type: EventType;
    readonly reason: EventReason | undefined;
    readonly count: number;
  }[];
  /** How often a grant had to be recovered or reconnected because an answer was never stored. */
  readonly losses: number;
  /** How often the cause was a database that went back in time, by a failover or a restore. */
  readonly reverted: number;
}

type EventRow = Omit<Selectable<Database['events']>, 'number'>;

/**
 * The events of grants, for people to read; retention decides how far back they go. A refresh has no event of its own,
 * only its exchange: it is counted but not listed, except where an earlier version wrote an event for it.
 */
export class EventLog {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  /**
   * The newest events first; with `after`, the oldest of those after it first, so that the last one is where to
   * continue.
   */
  async list({ limit, after, ...filter }: EventQuery): Promise<GrantEvent[]> {
    const order = after === undefined ? sql`e.id desc` : sql`e.id`;
    const { rows } = await sql<EventRow>`
      select e.id, e.type, e.reason, e.at, e.realm, e.grant_id, e.subjects, e.exchange_id, e.detail from events e where e.id > ${after ?? 0} and ${matches(filter)} order by ${order} limit ${limit}`.execute(
      this.#database.db,
    );
    return rows.map(eventOf);
  }

  /** The greatest id ever given; 0 where there are no events. */
  async newestId(): Promise<number> {
    const { rows } = await sql<{ newest: number | null }>`select max(id) as newest from events`.execute(
      this.#database.db,
    );
    return rows[0]?.newest ?? 0;
  }

  async counts(filter: EventFilter = {}): Promise<EventCounts> {
    const { db } = this.#database;
    const kinds = await sql<{ type: EventType; reason: EventReason | null; count: number }>`
      select e.type, e.reason, count(*) as count from events e where e.type <> 'grant.refreshed' and ${matches(filter)}
      group by e.type, e.reason order by e.type, e.reason`.execute(db);
    // A reconnection after a loss is not a second loss.
    const losses = await sql<{ reason: EventReason; count: number }>`
      select e.reason, count(*) as count from events e
      where e.reason in ('answer_lost', 'reverted') and ${matches(filter)}
        and not (e.type = 'grant.recovered' and 'grant.reconnect_required' = coalesce((select p.type from events p
          where p.grant_id = e.grant_id and p.number < e.number and p.type <> 'grant.disconnected'
          order by p.number desc limit 1), ''))
      group by e.reason`.execute(db);
    const refreshed = await this.#countRefreshed(filter);
    const lost = new Map(losses.rows.map(({ reason, count }) => [reason, count]));
    const counted = kinds.rows.map(({ type, reason, count }) => ({ type, reason: reason ?? undefined, count }));
    const refreshes = { type: 'grant.refreshed', reason: undefined, count: refreshed } as const;
    return {
      kinds:
        refreshed === 0
          ? counted
          : [...counted, refreshes].sort((a, b) => (a.type < b.type ? -1 : a.type > b.type ? 1 : 0)),
      losses: lost.get('answer_lost') ?? 0,
      reverted: lost.get('reverted') ?? 0,
    };
  }

  /** Counts the exchanges that obtained something and caused no other event. */
  async #countRefreshed({ types, subject }: EventFilter): Promise<number> {
    if (types !== undefined && !types.includes('grant.refreshed')) return 0;
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from exchanges e
      where e.kind = 'refresh' and e.outcome = 'obtained' and ${isOf(subject)}
        and not exists (select 1 from events v where v.grant_id = e.grant_id and v.exchange_id = e.id
          and v.type in ('grant.created', 'grant.recovered'))`.execute(this.#database.db);
    return rows[0]?.count ?? 0;
  }
}

/** Refreshes of the grants that this subject is connected to; without a subject, of all grants. */
function isOf(subject: string | undefined): RawBuilder<boolean> {
  return subject === undefined
    ? sql`1 = 1`
    : sql`exists (select 1 from connections k where k.grant_id = e.grant_id
        and (k.subject = ${subject} or k.owner = ${subject}))`;
}

function matches({ types, subject }: EventFilter): RawBuilder<boolean> {
  const ofType =
    types === undefined ? sql`1 = 1` : types.length === 0 ? sql`1 = 0` : sql`e.type in (${sql.join(types)})`;
  return subject === undefined ? sql`${ofType}` : sql`${ofType} and ${names(subject)}`;
}

/**
 * Looks for the subject as JSON spells it in a list: a quote within another subject's name is always escaped, so it
 * never matches.
 */
function names(subject: string): RawBuilder<boolean> {
  const spelt = JSON.stringify(subject);
  // `replace` is case-sensitive and works the same in every database; `like` doesn't.
  const holds = (text: string) => sql`replace(e.subjects, cast(${text} as text), '') <> e.subjects`;
  return sql`(${holds(`[${spelt}`)} or ${holds(`,${spelt}`)})`;
}

function eventOf({ grant_id, exchange_id, reason, subjects, id, type, at, realm, detail }: EventRow): GrantEvent {
  return {
    id,
    type,
    reason: reason ?? undefined,
    at,
    realm,
    grantId: grant_id,
    // Versions that know no names write the keys of connections.
    subjects: subjectsOf(JSON.parse(subjects) as string[]),
    exchangeId: exchange_id,
    detail: detail ?? undefined,
  };
}
