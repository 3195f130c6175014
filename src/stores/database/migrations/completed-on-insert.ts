/**
 * Postgres statements that fill in a new column of rows inserted by a version that doesn't know it.
 *
 * @param assignments in PL/pgSQL, to columns of `new`
 * @param what names the trigger, unique among those of the table
 */
export function completedOnInsert(table: string, assignments: string, what = 'completed'): string[] {
  const name = `${table}_${what}`;
  return [
    `create function ${name}() returns trigger language plpgsql as $$ begin ${assignments} return new; end $$`,
    `create trigger ${name} before insert on ${table} for each row execute function ${name}()`,
  ];
}

/** Removes what {@link completedOnInsert} created. */
export function noLongerCompleted(table: string, what = 'completed'): string[] {
  const name = `${table}_${what}`;
  return [`drop trigger ${name} on ${table}`, `drop function ${name}()`];
}
