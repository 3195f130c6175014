import type { ColumnTypes } from '../column-types.ts';

/** Grants, connections, exchanges, credentials, callers' keys, and the check values of the key ring. */
export function statements({ integer, bytes, countedKey, tableEnd, keyedTableEnd }: ColumnTypes): string[] {
  return [
    `create table grants (
      id text primary key,
      realm text not null,
      account_id text,
      profile text,
      profile_at ${integer},
      applicant text,
      integrated_at ${integer},
      failures ${integer} not null default 0,
      retry_at ${integer},
      last_failure text,
      created_at ${integer} not null
    ${tableEnd}`,
    `create unique index grants_account on grants (realm, account_id) where account_id is not null`,

    `create table connections (
      realm text not null,
      subject text not null,
      grant_id text not null references grants (id),
      created_at ${integer} not null,
      primary key (realm, subject)
    ${keyedTableEnd}`,
    `create index connections_grant on connections (grant_id)`,

    `create table exchanges (
      id ${countedKey},
      grant_id text not null references grants (id),
      kind text not null,
      presented_id ${integer},
      holder text not null,
      opened_at ${integer} not null,
      lease_until ${integer} not null,
      finished_at ${integer},
      outcome text,
      outcome_at ${integer},
      detail text
    ${tableEnd}`,
    // The lock: a grant has one open exchange at most.
    `create unique index exchanges_open on exchanges (grant_id) where finished_at is null`,
    `create index exchanges_grant on exchanges (grant_id, id)`,
    // Every read asks whether a recovery has unsettled the current credential.
    `create index exchanges_recoveries on exchanges (grant_id, id) where kind = 'recover'`,
    `create index exchanges_unresolved on exchanges (grant_id, opened_at) where outcome is null`,

    `create table credentials (
      exchange_id ${integer} primary key references exchanges (id),
      grant_id text not null references grants (id),
      opened_at ${integer} not null,
      obtained_at ${integer} not null,
      expires_at ${integer} not null,
      refresh_expires_at ${integer},
      token_type text not null,
      access_token ${bytes} not null,
      access_token_hash ${bytes} not null,
      refresh_token ${bytes},
      ended_at ${integer},
      end_reason text
    ${tableEnd}`,
    `create index credentials_standing on credentials (grant_id, exchange_id) where ended_at is null`,
    `create index credentials_by_access_token on credentials (access_token_hash)`,

    `create table api_keys (
      id text primary key,
      role text not null,
      subject text,
      email text,
      name text,
      hash ${bytes} not null,
      created_at ${integer} not null,
      revoked_at ${integer}
    ${keyedTableEnd}`,

    `create table vault_keys (
      id text primary key,
      check_value ${bytes} not null
    ${keyedTableEnd}`,
  ];
}
