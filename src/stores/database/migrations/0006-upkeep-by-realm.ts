import type { ColumnTypes } from '../column-types.ts';
import { replacedIndex, statementsStep, type MigrationParts } from '../migrator/step.ts';
import { completedOnInsert, noLongerCompleted } from './completed-on-insert.ts';

const REALM_OF_NEW = 'new.realm := (select g.realm from grants g where g.id = new.grant_id);';
const REALM = '(select g.realm from grants g where g.id = credentials.grant_id)';

/** Upkeep finds due credentials along an index of one realm; and a table of the providers that are to be left alone. */
export function parts(types: ColumnTypes): MigrationParts {
  const { dialect, integer, keyedTableEnd } = types;
  const renewable = replacedIndex(
    types,
    'credentials_renewable',
    'credentials (realm, renew_at, expires_at) where ended_at is null and used_at is not null',
  );
  const lapsing = replacedIndex(
    types,
    'credentials_lapsing',
    'credentials (realm, lapse_at, refresh_expires_at) where ended_at is null and lapse_at is not null',
  );
  return {
    // No version runs between the swap of migration 5 and this one, so the slow steps of both run before either. On
    // SQLite, migration 5 rebuilds the table.
    aheadOf: dialect === 'postgres' ? 5 : undefined,
    ahead: [
      statementsStep(
        'column',
        'alter table credentials add column realm text',
        ...(dialect === 'postgres' ? completedOnInsert('credentials', REALM_OF_NEW, 'with_realm') : []),
      ),
      {
        kind: 'backfill',
        name: 'realms',
        table: 'grants',
        key: 'id',
        keyType: 'text',
        // Upkeep has no interest in what has ended.
        statement: (within) => `update credentials set realm = ${REALM}
          where ended_at is null and realm is null and ${within('grant_id')}`,
      },
      ...renewable.ahead,
      ...lapsing.ahead,
      {
        kind: 'index',
        name: 'credentials_without_realm',
        on: 'credentials (grant_id) where ended_at is null and realm is null',
      },
    ],
    swap: [
      ...(dialect === 'postgres' ? noLongerCompleted('credentials', 'with_realm') : []),
      ...renewable.swap,
      ...lapsing.swap,
      'drop index grants_throttled',
      `create table pauses (
      realm text primary key,
      strikes ${integer} not null,
      struck_grant_id text not null,
      asked_until ${integer} not null,
      paused_at ${integer} not null,
      paused_until ${integer} not null,
      pauses ${integer} not null,
      probe_until ${integer} not null,
      resumed_at ${integer} not null
    ${keyedTableEnd}`,
    ],
  };
}
