import type { ColumnTypes } from '../column-types.ts';

/**
 * Answers that came and could not be read, sealed. They go with their grant, whichever version erases it. The table is
 * empty so far, so its index is built at once.
 */
export function statements({ integer, bytes, keyedTableEnd }: ColumnTypes): string[] {
  return [
    `create table unread_answers (
      grant_id text not null references grants (id) on delete cascade,
      exchange_id ${integer} not null,
      nonce text not null,
      kept_at ${integer} not null,
      answer ${bytes} not null,
      reader text,
      may_present ${integer} not null default 0,
      primary key (grant_id, exchange_id)
    ${keyedTableEnd}`,
    `create index unread_answers_kept on unread_answers (kept_at)`,
  ];
}
