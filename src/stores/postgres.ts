import { Kysely, PostgresDialect, sql } from 'kysely';
import { claimsQuery } from './claims-query.ts';
import { POSTGRES_TYPES } from './column-types.ts';
import { openNotices } from './postgres-notices.ts';
import { isMet, isUnavailable, openPool, type PostgresOptions } from './postgres-pool.ts';
import { retried } from './retried.ts';
import type { Database } from './schema.ts';
import { SharedReads } from './shared-reads.ts';
import type { ClaimsRow, SqlDatabase, ViewRow } from './sql-database.ts';
import { orUnavailable } from './unavailable.ts';
import { viewQuery } from './view-query.ts';

const SERVER_TIME = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
/** Any number will do, as long as it is always the same. */
const SCHEMA_LOCK = 7_032_501;

/**
 * Opens a Postgres database. Nothing here keeps state in a session, so a pooler in transaction mode may stand between;
 * only the notices want a session, and they are hints.
 */
export async function openPostgres(options: PostgresOptions): Promise<SqlDatabase> {
  const { unresolvedMs, now = SERVER_TIME } = options;
  const pool = await openPool(options);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const notices = openNotices(options.url, options.trouble ?? (() => undefined));
  const view = {
    name: 'evergrant-view',
    text: viewQuery({ realm: '$1', subject: '$2', unresolvedMs: '$3::bigint', now }),
  };
  const claims = {
    name: 'evergrant-claims',
    text: claimsQuery({ grantId: '$1', unresolvedMs: '$2::bigint', now }),
  };
  const lease = {
    name: 'evergrant-lease',
    // Whoever holds an exchange's lock is about to finish it, or has vanished: the others' leases can't wait for that.
    text: `with held as (
        select id from exchanges where id = any($1::bigint[]) for no key update skip locked
      )
      update exchanges set lease_until = ${now} + $2::bigint from held where exchanges.id = held.id`,
  };
  const views = new SharedReads<ViewRow | undefined>();
  const ask = async <Row extends object>(
    query: { name: string; text: string },
    values: unknown[],
    begin: () => void = () => undefined,
  ) => {
    const client = await pool.connectBriefly();
    try {
      begin();
      const { rows } = await client.query<Row>({ ...query, values });
      return rows[0];
    } finally {
      client.release();
    }
  };
  return {
    db,
    columnTypes: POSTGRES_TYPES,
    now: () => sql.raw<number>(now),
    transact: (work) =>
      orUnavailable(
        retried(() => db.transaction().execute(work), isMet),
        isUnavailable,
      ),
    lease: async (exchangeIds, ms) => {
      await orUnavailable(ask(lease, [exchangeIds, ms]), isUnavailable);
    },
    async lockGrant(transaction, grantId) {
      await sql`select 1 from grants where id = ${grantId} for update`.execute(transaction);
    },
    async readTime(transaction) {
      const { rows } = await sql<{ now: number }>`select ${sql.raw(now)} as now`.execute(transaction);
      return rows[0]?.now ?? 0;
    },
    async lockSchema(transaction) {
      await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(transaction);
    },
    readView: (realm, subject) => {
      const reading = views.join(JSON.stringify([realm, subject]), (begin) =>
        ask<ViewRow>(view, [realm, subject, unresolvedMs], begin),
      );
      return orUnavailable(reading, isUnavailable);
    },
    readClaims: (grantId) => orUnavailable(ask<ClaimsRow>(claims, [grantId, unresolvedMs]), isUnavailable),
    announce: (transaction, grantId) => notices.announce(transaction, grantId),
    awaitChange: (grantId, ms) => notices.awaitChange(grantId, ms),
    async check() {
      await orUnavailable(db.selectFrom('grants').select('id').limit(1).execute(), isUnavailable);
    },
    async [Symbol.asyncDispose]() {
      await notices.close();
      await db.destroy();
    },
  };
}
