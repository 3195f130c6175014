/**
 * Statements for Postgres, by which rows that are inserted by a version that doesn't know a new column get it all the same.
 *
 * @param assignments in PL/pgSQL, to columns of `new`
 * @param what names the trigger among those of the table
 */
export function completedOnInsert(table: string, assignments: string, what = 'completed'): string[] {
  const name = `${table}_${what}`;
  return [
    `create function ${name}() returns trigger language plpgsql as $$ begin ${assignments} return new; end $$`,
    `create trigger ${name} before insert on ${table} for each row execute function ${name}()`,
  ];
}

/** Ends what {@link completedOnInsert} began. */
export function noLongerCompleted(table: string, what = 'completed'): string[] {
  const name = `${table}_${what}`;
  return [`drop trigger ${name} on ${table}`, `drop function ${name}()`];
}
