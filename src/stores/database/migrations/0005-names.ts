import { randomUUID } from 'node:crypto';
import type { ColumnTypes } from '../column-types.ts';
import { statementsStep, type MigrationParts, type Occasion } from '../migrator/step.ts';
import { completedOnInsert, noLongerCompleted } from './completed-on-insert.ts';
import { refuseFormerVersions } from './refuse-former-versions.ts';

/**
 * Exchanges are numbered within their grant and identified by a nonce. Existing exchanges keep their order, because
 * sealed values are bound to their numbers. Each exchange records the lineage of the database in which it was opened. A
 * lineage is one continuous history: a restore from a backup starts another. `marks` is the database's side of the
 * high-water marks on the instances' disks.
 *
 * Earlier versions name an exchange by its number alone, which from now on several grants may share: they must not
 * write any more.
 */
export function parts(types: ColumnTypes, occasion: Occasion): MigrationParts {
  return types.dialect === 'sqlite' ? rebuilt(types) : altered(types, occasion);
}

function newTables({ integer, tableEnd, keyedTableEnd }: ColumnTypes): string[] {
  return [
    `create table lineages (
      id integer primary key,
      name text not null,
      began_at ${integer} not null
    ${tableEnd}`,
    `create table marks (
      place text primary key,
      tick ${integer} not null
    ${keyedTableEnd}`,
    `insert into lineages (id, name, began_at) values (1, '${randomUUID()}', ${Date.now()})`,
  ];
}

/** Triggers complete what the previous version inserts before the swap. */
function altered(types: ColumnTypes, occasion: Occasion): MigrationParts {
  const { lineage } = types;
  return {
    ahead: [
      statementsStep('tables', ...newTables(types)),
      statementsStep(
        'columns of events',
        'alter table events add column number bigint not null default 0',
        ...completedOnInsert('events', 'new.number := new.id;'),
      ),
      statementsStep(
        'columns of exchanges',
        'alter table exchanges add column nonce text',
        `alter table exchanges add column lineage text not null default ''`,
        ...completedOnInsert('exchanges', `new.nonce := 'before-' || new.id; new.lineage := ${lineage};`),
      ),
      statementsStep(
        'column of credentials',
        'alter table credentials add column nonce text',
        ...completedOnInsert('credentials', `new.nonce := 'before-' || new.exchange_id;`),
      ),
      {
        kind: 'backfill',
        name: 'events',
        table: 'events',
        key: 'id',
        keyType: 'integer',
        statement: (within) => `update events set number = id where number = 0 and ${within('id')}`,
      },
      {
        kind: 'backfill',
        name: 'exchanges',
        table: 'exchanges',
        key: 'id',
        keyType: 'integer',
        statement: (within) => `update exchanges set nonce = 'before-' || id, lineage = ${lineage}
          where nonce is null and ${within('id')}`,
      },
      {
        kind: 'backfill',
        name: 'credentials',
        table: 'credentials',
        key: 'exchange_id',
        keyType: 'integer',
        statement: (within) => `update credentials set nonce = 'before-' || exchange_id
          where nonce is null and ${within('exchange_id')}`,
      },
      { kind: 'index', name: 'events_grant_next', on: 'events (grant_id, number)' },
      { kind: 'index', name: 'exchanges_key_next', isUnique: true, on: 'exchanges (grant_id, id)' },
      { kind: 'index', name: 'credentials_key_next', isUnique: true, on: 'credentials (grant_id, exchange_id)' },
      // With a validated check, "set not null" does not scan every row.
      ...['exchanges', 'credentials'].flatMap((table) => [
        statementsStep(
          `check of ${table}`,
          `alter table ${table} add constraint ${table}_nonce_known check (nonce is not null) not valid`,
        ),
        statementsStep(`validity of ${table}`, `alter table ${table} validate constraint ${table}_nonce_known`),
      ]),
    ],
    swap: [
      // In the order in which callers take them.
      'lock table connections, grants, exchanges, credentials, events, links in access exclusive mode',
      ...['events', 'exchanges', 'credentials'].flatMap((table) => noLongerCompleted(table)),
      'drop index events_grant',
      'alter index events_grant_next rename to events_grant',
      'alter table exchanges alter column nonce set not null',
      'alter table exchanges drop constraint exchanges_nonce_known',
      'alter table exchanges alter column lineage drop default',
      'alter table credentials alter column nonce set not null',
      'alter table credentials drop constraint credentials_nonce_known',
      'alter table credentials drop constraint credentials_exchange_id_fkey',
      'alter table credentials drop constraint credentials_pkey',
      'alter table exchanges drop constraint exchanges_pkey',
      'alter table exchanges alter column id drop identity',
      'alter table exchanges add constraint exchanges_pkey primary key using index exchanges_key_next',
      'alter table credentials add constraint credentials_pkey primary key using index credentials_key_next',
      `alter table credentials add constraint ${FOREIGN_KEY}
        foreign key (grant_id, exchange_id) references exchanges (grant_id, id) not valid`,
      'drop index exchanges_grant',
      ...(occasion === 'in_use' ? refuseFormerVersions() : []),
    ],
    after: [statementsStep('foreign key', `alter table credentials validate constraint ${FOREIGN_KEY}`)],
  };
}

const FOREIGN_KEY = 'credentials_grant_id_exchange_id_fkey';

/**
 * SQLite can't change a key in place, and can't tell one version's statements from another's: earlier versions must
 * have stopped.
 */
function rebuilt(types: ColumnTypes): MigrationParts {
  const { integer, bytes, lineage } = types;
  return {
    isAlone: true,
    swap: [
      ...newTables(types),
      `alter table events add column number ${integer} not null default 0`,
      `update events set number = id`,
      `drop index events_grant`,
      `create index events_grant on events (grant_id, number)`,
      `create table exchanges_next (
      grant_id text not null references grants (id),
      id ${integer} not null,
      nonce text not null,
      lineage text not null,
      kind text not null,
      presented_id ${integer},
      holder text not null,
      opened_at ${integer} not null,
      lease_until ${integer} not null,
      finished_at ${integer},
      outcome text,
      outcome_at ${integer},
      detail text,
      primary key (grant_id, id)
    ) strict, without rowid`,
      `insert into exchanges_next select grant_id, id, 'before-' || id, ${lineage}, kind, presented_id, holder, opened_at,
      lease_until, finished_at, outcome, outcome_at, detail from exchanges`,
      `create table credentials_next (
      grant_id text not null references grants (id),
      exchange_id ${integer} not null,
      nonce text not null,
      opened_at ${integer} not null,
      obtained_at ${integer} not null,
      expires_at ${integer} not null,
      refresh_expires_at ${integer},
      token_type text not null,
      access_token ${bytes} not null,
      access_token_hash ${bytes} not null,
      refresh_token ${bytes},
      ended_at ${integer},
      end_reason text,
      used_at ${integer},
      renew_at ${integer},
      lapse_at ${integer},
      primary key (grant_id, exchange_id),
      foreign key (grant_id, exchange_id) references exchanges_next (grant_id, id)
    ) strict`,
      `insert into credentials_next select grant_id, exchange_id, 'before-' || exchange_id, opened_at, obtained_at,
      expires_at, refresh_expires_at, token_type, access_token, access_token_hash, refresh_token, ended_at, end_reason,
      used_at, renew_at, lapse_at from credentials`,
      `drop table credentials`,
      `drop table exchanges`,
      `alter table exchanges_next rename to exchanges`,
      `alter table credentials_next rename to credentials`,
      `create unique index exchanges_open on exchanges (grant_id) where finished_at is null`,
      `create index exchanges_recoveries on exchanges (grant_id, id) where kind = 'recover'`,
      `create index exchanges_unresolved on exchanges (grant_id, opened_at) where outcome is null`,
      `create index exchanges_opened on exchanges (opened_at)`,
      `create index exchanges_fruitless on exchanges (opened_at) where outcome <> 'obtained'`,
      `create index credentials_standing on credentials (grant_id, exchange_id) where ended_at is null`,
      `create index credentials_by_access_token on credentials (access_token_hash)`,
      `create index credentials_renewable on credentials (renew_at) where ended_at is null and used_at is not null`,
      `create index credentials_lapsing on credentials (lapse_at) where ended_at is null`,
      `create index credentials_ended on credentials (ended_at) where ended_at is not null`,
    ],
  };
}
