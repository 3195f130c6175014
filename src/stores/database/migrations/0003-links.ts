import type { ColumnTypes } from '../column-types.ts';
import { statementsStep, type MigrationParts } from '../migrator/step.ts';

/** Links under way, from the ticket to the connection; and grants that nobody is connected to any more. */
export function parts({ integer, bytes, keyedTableEnd }: ColumnTypes): MigrationParts {
  return {
    ahead: [
      statementsStep('column', `alter table grants add column left_at ${integer}`),
      { kind: 'index', name: 'grants_left', on: 'grants (left_at) where left_at is not null' },
    ],
    swap: [
      `create table links (
      id text primary key,
      realm text not null,
      subject text not null,
      return_to text not null,
      step text not null,
      ticket_hash ${bytes} not null,
      browser_hash ${bytes},
      state_hash ${bytes},
      completion_hash ${bytes},
      code_verifier ${bytes},
      code ${bytes},
      answer ${bytes},
      created_at ${integer} not null,
      expires_at ${integer} not null
    ${keyedTableEnd}`,
      `create unique index links_ticket on links (ticket_hash)`,
      `create unique index links_state on links (state_hash) where state_hash is not null`,
      `create unique index links_completion on links (completion_hash) where completion_hash is not null`,
      `create index links_expiry on links (expires_at)`,
    ],
  };
}
