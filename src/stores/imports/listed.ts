import { sql, type RawBuilder } from 'kysely';
import type { ColumnTypes } from '../database/column-types.ts';

/** Texts as a subquery for `in`. They are one parameter, so the statement is the same for any number of them. */
export function listed({ dialect }: ColumnTypes, texts: Iterable<string>): RawBuilder<string> {
  const json = JSON.stringify([...texts]);
  return dialect === 'sqlite'
    ? sql<string>`(select value from json_each(${json}))`
    : sql<string>`(select json_array_elements_text(cast(${json} as json)))`;
}
