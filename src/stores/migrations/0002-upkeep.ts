import type { ColumnTypes } from '../column-types.ts';

/** When upkeep is to look at a credential, whether it was ever used, and the events. */
export function statements({ integer, countedKey, tableEnd }: ColumnTypes): string[] {
  return [
    `alter table credentials add column used_at ${integer}`,
    `alter table credentials add column renew_at ${integer}`,
    `alter table credentials add column lapse_at ${integer}`,
    // What is there already isn't spread; it was obtained at all sorts of times.
    `update credentials set renew_at = expires_at - (expires_at - obtained_at) / 10,
      lapse_at = refresh_expires_at - (refresh_expires_at - obtained_at) / 10 where ended_at is null`,
    `create index credentials_renewable on credentials (renew_at) where ended_at is null and used_at is not null`,
    `create index credentials_lapsing on credentials (lapse_at) where ended_at is null`,
    `create index credentials_ended on credentials (ended_at)`,
    `create index exchanges_opened on exchanges (opened_at)`,
    `create index grants_throttled on grants (retry_at) where last_failure = 'throttled'`,

    `create table events (
      id ${countedKey},
      type text not null,
      reason text,
      at ${integer} not null,
      realm text not null,
      grant_id text not null,
      subjects text not null,
      exchange_id ${integer} not null,
      unique (grant_id, exchange_id, type)
    ${tableEnd}`,
  ];
}
