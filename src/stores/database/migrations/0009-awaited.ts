import type { ColumnTypes } from '../column-types.ts';

/**
 * Whether somebody in another process waits for an exchange. It is in no index, so marking it is cheap, and it is a
 * default, so no row is rewritten.
 */
export function statements({ integer }: ColumnTypes): string[] {
  return [`alter table exchanges add column awaited ${integer} not null default 0`];
}
