import { randomUUID } from 'node:crypto';
import type { ColumnTypes } from '../column-types.ts';

/**
 * Exchanges are numbered within their grant, and named by a nonce; what they were numbered by before keeps its order, as
 * what was sealed is bound to it. Each says in which lineage of the database it was opened. A lineage is one
 * continuous history: after a restore from a backup another begins. `marks` are what the disks of the instances hold against it.
 */
export function statements(types: ColumnTypes): string[] {
  const { integer, tableEnd, keyedTableEnd } = types;
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
    `alter table events add column number ${integer} not null default 0`,
    `update events set number = id`,
    `drop index events_grant`,
    `create index events_grant on events (grant_id, number)`,
    `insert into lineages (id, name, began_at) values (1, '${randomUUID()}', ${Date.now()})`,
    ...(types.dialect === 'sqlite' ? rebuilt(types) : altered(types)),
  ];
}

function altered({ lineage }: ColumnTypes): string[] {
  return [
    `alter table exchanges add column nonce text`,
    `alter table exchanges add column lineage text not null default ''`,
    `alter table credentials add column nonce text`,
    `update exchanges set nonce = 'before-' || id, lineage = ${lineage}`,
    `update credentials set nonce = 'before-' || exchange_id`,
    `alter table exchanges alter column nonce set not null`,
    `alter table exchanges alter column lineage drop default`,
    `alter table credentials alter column nonce set not null`,
    `alter table credentials drop constraint credentials_exchange_id_fkey`,
    `alter table credentials drop constraint credentials_pkey`,
    `alter table exchanges drop constraint exchanges_pkey`,
    `alter table exchanges alter column id drop identity`,
    `alter table exchanges add primary key (grant_id, id)`,
    `alter table credentials add primary key (grant_id, exchange_id)`,
    `alter table credentials add foreign key (grant_id, exchange_id) references exchanges (grant_id, id)`,
    `drop index exchanges_grant`,
  ];
}

/** SQLite changes no key in place. */
function rebuilt({ integer, bytes, lineage }: ColumnTypes): string[] {
  return [
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
  ];
}
