import type { ColumnTypes } from '../column-types.ts';

/**
 * The process that completes a link holds it under a lease, like an exchange; what its code obtained is revoked if
 * nobody takes it.
 */
export function statements({ integer }: ColumnTypes): string[] {
  return [
    `alter table links add column holder text`,
    `alter table links add column lease_until ${integer}`,
    `alter table links add column account_id text`,
    `alter table links add column failures ${integer} not null default 0`,
    `alter table links add column retry_at ${integer}`,
    `create index links_kept on links (realm, expires_at) where answer is not null`,
  ];
}
