import { Kysely, sql } from 'kysely';
import type { Secret } from '../../../secret.ts';
import { exchangeStatusQuery } from '../lease-query.ts';
import { POSTGRES_TYPES } from '../column-types.ts';
import { HotStatements } from '../hot-statements.ts';
import { FairQueue } from './fair-queue.ts';
import { SettledPostgresDialect } from './dialect.ts';
import { explained, meaningOf } from './errors.ts';
import { lineageExpression } from './lineage.ts';
import { openNotifications } from './notifications.ts';
import { PostgresPool } from './pool.ts';
import { PostgresReader } from './reader.ts';
import { PostgresServers } from './servers.ts';
import { retryOnLock } from '../retry-on-lock.ts';
import type { Database } from '../schema.ts';
import { onceCommitted, send } from '../together.ts';
import { settlesWithin } from './settles-within.ts';
import { CoalescedReads } from '../read-coalescing.ts';
import type { ExchangeStatusRow, SqlDatabase, ViewRow, ViewWithStatusRow } from '../sql-database.ts';
import type { Trouble } from '../trouble.ts';
import { orUnavailable } from '../unavailable.ts';
import { viewQuery, viewWithStatusQuery } from '../view-query.ts';

/** Configures {@link openPostgres}. */
export interface PostgresOptions {
  /** `postgres://...`, of one host or several; usually contains a password. */
  readonly url: Secret;
  /** How long a call may take effect after its exchange was opened, in milliseconds. */
  readonly unresolvedMs: number;
  /** The most connections that this instance opens. */
  readonly connections?: number;
  /** An SQL expression for the time in epoch milliseconds; the server's clock by default. */
  readonly now?: string;
  /** Called when a connection is lost; the pool makes new ones by itself. */
  readonly trouble?: Trouble;
  /** Called once for each thing that is odd about the server or the way to it. */
  readonly remark?: (what: string) => void;
}

const SERVER_TIME = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
const LOCK = 'select 1 from grants where id = $1 for update';
/** A hint need not survive a crash. */
const IN_PASSING = 'set local synchronous_commit = off';
/** A process that holds the row is about to finish the exchange or renew its lease, so nobody waits for a hint. */
const AWAITED = `
  with open as (
    select grant_id, id from exchanges where grant_id = $1 and finished_at is null and awaited = 0
    for no key update skip locked
  )
  update exchanges e set awaited = 1 from open o where e.grant_id = o.grant_id and e.id = o.id`;
const DEFAULT_CONNECTIONS = 10;
/** How long to wait for a second connection, which only serves to learn more about a pooler, in milliseconds. */
const SECOND_LOOK_MS = 5_000;

/**
 * Opens a Postgres database. Nothing here keeps state in a session, so it works behind a pooler in transaction mode;
 * only notifications need a session, and they are hints.
 *
 * @throws VolatileDatabaseError or UnusableDatabaseError, whose message says what to do
 */
export async function openPostgres(options: PostgresOptions): Promise<SqlDatabase> {
  const { unresolvedMs, now = SERVER_TIME, connections = DEFAULT_CONNECTIONS } = options;
  const { trouble = () => undefined, remark = () => undefined } = options;
  const servers = new PostgresServers(options.url, remark);
  const source = new PostgresPool(servers, connections, trouble);
  await lookAround(source, servers);
  const pool = new FairQueue(source, connections);
  const db = new Kysely<Database>({ dialect: new SettledPostgresDialect({ pool }) });
  const columnTypes = { ...POSTGRES_TYPES, lineage: await lineageExpression((text) => sql.raw(text).execute(db)) };
  const hot = new HotStatements({ now, lineage: columnTypes.lineage, parameters: '$1' });
  const notices = openNotifications(servers, trouble);
  const whose = { realm: '$1', subject: '$2', unresolvedMs: '$3::bigint', now };
  const view = viewQuery(whose);
  const viewWithStatus = viewWithStatusQuery(whose);
  const claims = exchangeStatusQuery({ grantId: '$1', unresolvedMs: '$2::bigint', now });
  // A process that holds an exchange's lock is about to finish it, or has vanished: the other leases can't wait for
  // that.
  const lease = `with held as (
        select e.grant_id, e.id from unnest($1::text[], $2::text[]) as n (grant_id, nonce)
        join exchanges e on e.grant_id = n.grant_id and e.nonce = n.nonce and e.finished_at is null
        for no key update of e skip locked
      )
      update exchanges e set lease_until = ${now} + $3::bigint from held h where e.grant_id = h.grant_id and e.id = h.id`;
  const views = new CoalescedReads<ViewRow | undefined>();
  const reader = new PostgresReader(servers, trouble);
  const ask = async <Row extends object>(text: string, values: unknown[], begin: () => void = () => undefined) => {
    const client = await pool.connectBriefly();
    try {
      begin();
      const { rows } = await client.query<Row>(text, values);
      return rows[0];
    } finally {
      client.release();
    }
  };
  const read = async <Row extends object>(text: string, values: unknown[], begin: () => void = () => undefined) => {
    const answer = await reader.read(text, values, begin);
    return answer === undefined ? ask<Row>(text, values, begin) : (answer.row as Row | undefined);
  };
  const transact: SqlDatabase['transact'] = (work) =>
    orUnavailable(
      retryOnLock(() => db.transaction().execute(work), isWorthAnother),
      isWorthAnother,
    );
  return {
    db,
    columnTypes,
    lineage: () => sql.raw<string>(columnTypes.lineage),
    now: () => sql.raw<number>(now),
    transact,
    survey: (work) => (servers.isPooled ? transact(work) : work(db)),
    lease: async (exchanges, ms) => {
      const grantIds = exchanges.map(({ grantId }) => grantId);
      const nonces = exchanges.map(({ nonce }) => nonce);
      await ask(lease, [grantIds, nonces, ms]);
    },
    hot: (text, parameters) => hot.compile(text, parameters),
    grantLock: (grantId) => [hot.compile(LOCK, [grantId])],
    async lockGrant(transaction, grantId) {
      await transaction.executeQuery(hot.compile(LOCK, [grantId]));
    },
    async lockFreeGrant(transaction, grantId) {
      const { rows } = await sql`select 1 from grants where id = ${grantId} for update skip locked`.execute(
        transaction,
      );
      return rows.length > 0;
    },
    async waitAtMost(transaction, ms) {
      await sql.raw(`set local lock_timeout = ${Math.ceil(ms)}`).execute(transaction);
    },
    async readTime(transaction) {
      const { rows } = await sql<{ now: number }>`select ${sql.raw(now)} as now`.execute(transaction);
      return rows[0]?.now ?? 0;
    },
    readView: (realm, subject) =>
      views.join(JSON.stringify([realm, subject]), (begin) =>
        read<ViewRow>(view, [realm, subject, unresolvedMs], begin),
      ),
    readViewWithClaims: (realm, subject) => read<ViewWithStatusRow>(viewWithStatus, [realm, subject, unresolvedMs]),
    readClaims: (grantId) => read<ExchangeStatusRow>(claims, [grantId, unresolvedMs]),
    tell: (grantId) => {
      notices.tell(grantId);
    },
    notifyChange: (transaction, grantId) =>
      onceCommitted(transaction, () => {
        notices.tell(grantId);
      }),
    async noteAwaited(grantId) {
      if (servers.isShared) return;
      await transact(async (transaction) => {
        await send(transaction, [hot.compile(IN_PASSING, []), hot.compile(AWAITED, [grantId])]);
      });
    },
    awaitChange: (grantId, ms) => notices.awaitChange(grantId, ms),
    remarks: () => servers.remarks(),
    async check() {
      await db.selectFrom('grants').select('id').limit(1).execute();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([notices.close(), reader.close()]);
      await db.destroy();
      servers.destroyAll();
    },
  };
}

/** True where retrying the whole transaction may succeed. */
function isWorthAnother(error: unknown): boolean {
  const meaning = meaningOf(error);
  return meaning === 'met' || meaning === 'no_plan';
}

/** Makes the first connection. Where a pooler answers, makes a second one too, to see whether they share a session. */
async function lookAround(source: PostgresPool, servers: PostgresServers): Promise<void> {
  try {
    const first = await source.connect();
    if (servers.isPooled) {
      const second = source.connect().then((client) => {
        client.release();
      });
      await settlesWithin(second, SECOND_LOOK_MS);
      servers.remark(
        servers.isShared
          ? 'A connection pooler in transaction mode stands before Postgres. Instances tell each other nothing through it, ' +
              'so whoever waits for another instance looks every now and then.'
          : 'A connection pooler stands before Postgres, in session mode as far as can be seen.',
      );
    }
    first.release();
  } catch (error) {
    servers.destroyAll();
    throw explained(error);
  }
}
