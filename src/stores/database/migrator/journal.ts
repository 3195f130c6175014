import type { ColumnTypes } from '../column-types.ts';
import { literal, type Run } from './migrator-connection.ts';

/** How far a step has come. */
export interface StepState {
  readonly isDone: boolean;
  /** The last key that a backfill has reached; undefined before its first batch. */
  readonly cursor: string | undefined;
  /** How many rows it has walked. */
  readonly walked: number;
}

/** A migration that the database has. */
export interface AppliedMigration {
  readonly id: number;
  /** The oldest schema whose versions may still run on this one. */
  readonly oldest: number;
}

/** Creates the tables that record migrations, whatever state earlier versions have left them in. */
export async function prepareJournal(
  run: Run,
  { dialect, integer, tableEnd, keyedTableEnd }: ColumnTypes,
): Promise<void> {
  await run(
    `create table if not exists migrations (id integer primary key, name text not null, applied_at ${integer} not null)`,
  );
  const columns =
    dialect === 'sqlite'
      ? `select name from pragma_table_info('migrations')`
      : `select attname as name from pg_attribute where attrelid = to_regclass('migrations') and attnum > 0`;
  const names = await run<{ name: string }>(columns);
  if (!names.some(({ name }) => name === 'oldest')) await run('alter table migrations add column oldest integer');
  await run(`create table if not exists migration_steps (
    migration integer not null,
    step text not null,
    reached text,
    walked ${integer} not null default 0,
    done_at ${integer},
    primary key (migration, step)
  ${keyedTableEnd}`);
  await run(`create table if not exists migrators (
    id integer primary key,
    holder text not null,
    lease_until ${integer} not null
  ${tableEnd}`);
}

/** The migrations that the database has, oldest first. */
export async function appliedMigrations(run: Run): Promise<AppliedMigration[]> {
  return run<{ id: number; oldest: number }>('select id, coalesce(oldest, id) as oldest from migrations order by id');
}

/** Records that the database has this schema from now on. */
export async function noteMigration(run: Run, id: number, name: string, oldest = id): Promise<void> {
  await run(
    `insert into migrations (id, name, applied_at, oldest) values (${id}, ${literal(name)}, ${Date.now()}, ${oldest})`,
  );
}

/** How far a step has come; undefined where nobody has started it. */
export async function stepState(run: Run, migration: number, step: string): Promise<StepState | undefined> {
  const [row] = await run<{ reached: string | null; walked: number; done_at: number | null }>(
    `select reached, walked, done_at from migration_steps where migration = ${migration} and step = ${literal(step)}`,
  );
  return row && { isDone: row.done_at !== null, cursor: row.reached ?? undefined, walked: row.walked };
}

/** Records that a step is to be done, by this process or another. */
export async function noteStep(run: Run, migration: number, step: string): Promise<void> {
  await run(
    `insert into migration_steps (migration, step) values (${migration}, ${literal(step)}) on conflict do nothing`,
  );
}

/** Records how far a backfill has come. */
export async function noteReached(
  run: Run,
  migration: number,
  step: string,
  cursor: string,
  walked: number,
): Promise<void> {
  await noteStep(run, migration, step);
  await run(`update migration_steps set reached = ${literal(cursor)}, walked = walked + ${walked}
    where migration = ${migration} and step = ${literal(step)}`);
}

/** Records that a step is done. */
export async function noteDone(run: Run, migration: number, step: string): Promise<void> {
  await noteStep(run, migration, step);
  await run(`update migration_steps set done_at = ${Date.now()}
    where migration = ${migration} and step = ${literal(step)}`);
}

/** The migrations that still have steps left to run after their swap. */
export async function unfinishedMigrations(run: Run): Promise<number[]> {
  const rows = await run<{ migration: number }>(`select distinct migration from migration_steps
    where done_at is null and migration in (select id from migrations)`);
  return rows.map(({ migration }) => migration);
}
