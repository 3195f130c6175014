import type { ColumnTypes } from '../column-types.ts';

/** Upkeep finds what is due along an index of the realm alone; and providers that are to be left alone. */
export function statements({ integer, keyedTableEnd }: ColumnTypes): string[] {
  return [
    `alter table credentials add column realm text`,
    // What has ended is of no concern to upkeep any more.
    `update credentials set realm = (select g.realm from grants g where g.id = credentials.grant_id)
      where ended_at is null`,
    `drop index credentials_renewable`,
    `create index credentials_renewable on credentials (realm, renew_at, expires_at)
      where ended_at is null and used_at is not null`,
    `drop index credentials_lapsing`,
    `create index credentials_lapsing on credentials (realm, lapse_at, refresh_expires_at)
      where ended_at is null and lapse_at is not null`,
    `create index credentials_without_realm on credentials (grant_id) where ended_at is null and realm is null`,
    `drop index grants_throttled`,

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
  ];
}
