import type { ColumnTypes } from '../column-types.ts';

/**
 * Which access tokens still find their successor. Existing subjects count as having called just now, so that the
 * upgrade interrupts none of them. It is a column default, so no row is rewritten.
 */
export function statements({ integer }: ColumnTypes): string[] {
  return [
    `alter table connections add column called_at ${integer} not null default ${Date.now()}`,
    `alter table grants add column successors_from ${integer}`,
  ];
}
