import type { ColumnTypes } from '../column-types.ts';
import { BY_END, BY_REFRESH_END } from '../expiry-spans.ts';
import { replacedIndex, type MigrationParts } from '../migrator/step.ts';

/**
 * How far forgetting has come, who runs it, and which grants it must look at again. Due facts are found by when they
 * end, so the walk skips what has ended.
 */
export function parts(types: ColumnTypes): MigrationParts {
  const { integer, tableEnd, dialect } = types;
  const renewable = replacedIndex(
    types,
    'credentials_renewable',
    `credentials (realm, (${BY_END}), renew_at, expires_at) where ended_at is null and used_at is not null`,
  );
  const lapsing = replacedIndex(
    types,
    'credentials_lapsing',
    `credentials (realm, (${BY_REFRESH_END}), lapse_at, refresh_expires_at) where ended_at is null and lapse_at is not null`,
  );
  return {
    ahead: [...renewable.ahead, ...lapsing.ahead],
    swap: [
      `create table forgetting (
      id integer primary key,
      holder text,
      lease_until ${integer} not null,
      events_to ${integer} not null,
      credentials_to ${integer} not null,
      exchanges_to ${integer} not null
    ${tableEnd}`,
      `insert into forgetting (id, lease_until, events_to, credentials_to, exchanges_to) values (1, 0, 0, 0, 0)`,
      `alter table grants add column revisit_at ${integer}`,
      // Empty so far, so it is built at once.
      `create index grants_revisit on grants (revisit_at) where revisit_at is not null`,
      // Forgetting finds exchanges by when they were opened.
      `drop index exchanges_fruitless`,
      ...renewable.swap,
      ...lapsing.swap,
      ...(dialect === 'postgres' ? VACUUMED_OFTEN : []),
    ],
  };
}

/** The default share of a large table is too long to wait for: deleted rows free space only once they are vacuumed. */
const VACUUMED_OFTEN = ['exchanges', 'credentials', 'events', 'grants', 'connections'].map(
  (table) => `alter table ${table} set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05)`,
);
