import type { ColumnTypes } from '../column-types.ts';
import { statementsStep, type MigrationParts } from '../migrator/step.ts';

/** When upkeep looks at a credential, whether it was ever used, and the events. */
export function parts({ integer, countedKey, tableEnd }: ColumnTypes): MigrationParts {
  return {
    ahead: [
      statementsStep(
        'columns',
        `alter table credentials add column used_at ${integer}`,
        `alter table credentials add column renew_at ${integer}`,
        `alter table credentials add column lapse_at ${integer}`,
      ),
      {
        kind: 'backfill',
        name: 'schedules',
        table: 'credentials',
        key: 'exchange_id',
        keyType: 'integer',
        // Existing credentials are not spread out, as they were obtained at various times, but they come due no earlier
        // than others may.
        statement: (within) => `update credentials set
          renew_at = case when refresh_token is not null then expires_at - ${tenth('expires_at', 900_000)} end,
          lapse_at = refresh_expires_at - ${tenth('refresh_expires_at', 302_400_000)}
          where ended_at is null and ${within('exchange_id')}`,
      },
      {
        kind: 'index',
        name: 'credentials_renewable',
        on: 'credentials (renew_at) where ended_at is null and used_at is not null',
      },
      { kind: 'index', name: 'credentials_lapsing', on: 'credentials (lapse_at) where ended_at is null' },
      { kind: 'index', name: 'credentials_ended', on: 'credentials (ended_at) where ended_at is not null' },
      { kind: 'index', name: 'exchanges_opened', on: 'exchanges (opened_at)' },
      { kind: 'index', name: 'exchanges_fruitless', on: `exchanges (opened_at) where outcome <> 'obtained'` },
      { kind: 'index', name: 'grants_throttled', on: `grants (retry_at) where last_failure = 'throttled'` },
    ],
    swap: [
      `create table events (
        id ${countedKey},
        type text not null,
        reason text,
        at ${integer} not null,
        realm text not null,
        grant_id text not null,
        subjects text not null,
        exchange_id ${integer} not null
      ${tableEnd}`,
      // One exchange may cause several disconnections.
      `create unique index events_once on events (grant_id, exchange_id, type) where type <> 'grant.disconnected'`,
      `create index events_grant on events (grant_id, id)`,
      `create index events_at on events (at)`,
    ],
  };
}

/** A tenth of the lifetime that ends at `end`, and at most this many milliseconds. */
function tenth(end: string, mostMs: number): string {
  const share = `(${end} - obtained_at) / 10`;
  return `case when ${share} < ${mostMs} then ${share} else ${mostMs} end`;
}
