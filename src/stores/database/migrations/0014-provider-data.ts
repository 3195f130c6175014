import type { ColumnTypes } from '../column-types.ts';

/**
 * What providers said beside their tokens, sealed. It is in no index and null for most, so no row is rewritten, and
 * versions that do not know it leave it out.
 */
export function statements({ bytes }: ColumnTypes): string[] {
  return [`alter table credentials add column provider_data ${bytes}`];
}
