import type { ColumnTypes } from '../column-types.ts';

/** Whether somebody in another process waits for an exchange. In no index, so that marking it is cheap; as a default, it rewrites no row. */
export function statements({ integer }: ColumnTypes): string[] {
  return [`alter table exchanges add column awaited ${integer} not null default 0`];
}
