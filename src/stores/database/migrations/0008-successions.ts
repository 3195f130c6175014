import type { ColumnTypes } from '../column-types.ts';

/**
 * Which access tokens still find their successor. Nobody's page stops at the upgrade: for the subjects of before, this
 * moment counts as a call. As a default, it rewrites no row.
 */
export function statements({ integer }: ColumnTypes): string[] {
  return [
    `alter table connections add column called_at ${integer} not null default ${Date.now()}`,
    `alter table grants add column successors_from ${integer}`,
  ];
}
