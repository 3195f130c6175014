import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseLocation } from './location.ts';
import { Claim, ClaimLostError } from './migrator/claim.ts';
import {
  appliedMigrations,
  noteMigration,
  noteStep,
  prepareJournal,
  unfinishedMigrations,
} from './migrator/journal.ts';
import type { DatabaseMeans, MigratorConnection, Run } from './migrator/migrator-connection.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openForMigration } from './migrator/open-connection.ts';
import { Progress } from './migrator/progress.ts';
import { plainStatements, runStep } from './migrator/run-step.ts';
import type { StepContext } from './migrator/step-context.ts';
import type { Migration, MigrationParts } from './migrator/step.ts';
import type { Trouble } from './trouble.ts';

/** How often to check whether another process has migrated the database, in milliseconds. */
const LOOK_EVERY_MS = 150;

/** The database was written by a later version of Evergrant, and this version must not touch it. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
  readonly code = 'newer_schema';
}

/** What a migration did to the schema. */
export interface Migrated {
  /** The names of the migrations that were applied just now, oldest first. */
  readonly applied: readonly string[];
  /** What an operator should know about the schema; usually undefined. */
  readonly remark: string | undefined;
}

/** Configures {@link migrate}. */
export interface MigrateOptions {
  readonly location: DatabaseLocation;
  /** Receives a progress line every few seconds. */
  readonly progress?: ((line: string) => void) | undefined;
  readonly trouble?: Trouble | undefined;
  /** The migrations to apply; only tests choose them. */
  readonly migrations?: readonly Migration[];
}

/**
 * Brings the schema up to date while others use the database. One process migrates at a time, and resumes where one
 * that was killed has stopped; the others wait for it.
 *
 * @throws {@link NewerSchemaError}, or the database's own error
 */
export async function migrate(options: MigrateOptions): Promise<Migrated> {
  const { location, trouble = () => undefined, migrations = MIGRATIONS } = options;
  const means = { progress: new Progress(options.progress ?? (() => undefined)), trouble };
  for (;;) {
    try {
      return await migrateOrWait(location, migrations, means);
    } catch (error) {
      if (!(error instanceof ClaimLostError)) throw error;
    }
  }
}

async function migrateOrWait(
  location: DatabaseLocation,
  migrations: readonly Migration[],
  means: DatabaseMeans,
): Promise<Migrated> {
  for (;;) {
    const migrated = await attempt(location, migrations, means);
    if ('applied' in migrated) return migrated;
    means.progress.tell(() => `Waiting for ${migrated.waitingFor}, which migrates the database.`);
    await delay(LOOK_EVERY_MS);
  }
}

/**
 * Keeps no connection open while another process migrates: on SQLite that process may be waiting for exclusive use of
 * the file.
 */
async function attempt(
  location: DatabaseLocation,
  migrations: readonly Migration[],
  means: DatabaseMeans,
): Promise<Migrated | { waitingFor: string }> {
  await using connection = await openForMigration(location, means);
  const { pending, unfinished, remark } = await look(connection, migrations);
  if (pending.length === 0 && unfinished.length === 0) return { applied: [], remark };
  const claim = new Claim(connection);
  const other = await claim.take();
  if (other !== undefined) {
    // Nobody has to wait for steps that run after the swap.
    return pending.length === 0 ? { applied: [], remark } : { waitingFor: other };
  }
  try {
    return { applied: await apply({ connection, claim, progress: means.progress }, migrations), remark: undefined };
  } finally {
    await claim.release().catch(() => undefined);
  }
}

interface SchemaState {
  readonly isNew: boolean;
  readonly pending: readonly Migration[];
  /** Applied migrations that still have steps left. */
  readonly unfinished: readonly Migration[];
  readonly remark: string | undefined;
}

/** Reads which migrations the database has, and whether this version may run on it. */
async function look(connection: MigratorConnection, migrations: readonly Migration[]): Promise<SchemaState> {
  const { types } = connection;
  return connection.transact(async (run) => {
    // Two processes that create the tables at once would conflict. The lock's number is arbitrary, but nothing else may
    // use it.
    if (types.dialect === 'postgres') await run('select pg_advisory_xact_lock(7032502)');
    await prepareJournal(run, types);
    const applied = await appliedMigrations(run);
    const unfinished = await unfinishedMigrations(run);
    const newest = applied.at(-1);
    const known = migrations.at(-1)?.id ?? 0;
    if (newest !== undefined && newest.id > known && newest.oldest > known) {
      throw new NewerSchemaError(
        `The database has schema ${newest.id}, this version of Evergrant knows ${known}. Run the newer version.`,
      );
    }
    const ids = applied.map(({ id }) => id);
    return {
      isNew: newest === undefined,
      pending: migrations.filter(({ id }) => !ids.includes(id)),
      unfinished: migrations.filter(({ id }) => unfinished.includes(id)),
      remark:
        newest !== undefined && newest.id > known
          ? `A newer version has brought the database to schema ${newest.id}; this version knows ${known} and may still run ` +
            'on it. Upgrade this instance as well.'
          : undefined,
    };
  });
}

type ApplyContext = Omit<StepContext, 'migration'>;

async function apply(context: ApplyContext, migrations: readonly Migration[]): Promise<string[]> {
  const { connection } = context;
  // Read again: another process may have migrated before this one had its turn.
  const { isNew, pending, unfinished } = await look(connection, migrations);
  if (isNew) await makeNew(context, pending);
  else await applyInUse(context, pending);
  for (const migration of isNew ? [] : [...unfinished, ...pending]) {
    for (const step of migration.parts(connection.types, 'in_use').after ?? [])
      await runStep({ ...context, migration }, step);
  }
  return pending.map(({ name }) => name);
}

/** All in one transaction: nobody uses the database yet. */
async function makeNew({ connection, claim }: ApplyContext, migrations: readonly Migration[]): Promise<void> {
  await connection.transact(async (run) => {
    await claim.hold(run);
    for (const migration of migrations) {
      const { ahead = [], swap, after = [] } = migration.parts(connection.types, 'new');
      const statements = [...ahead.flatMap(plainStatements), ...swap, ...after.flatMap(plainStatements)];
      for (const statement of statements) await run(statement);
      await noteMigration(run, migration.id, migration.name, migration.oldest);
    }
  });
}

async function applyInUse(context: ApplyContext, pending: readonly Migration[]): Promise<void> {
  const { types } = context.connection;
  const parted = pending.map((migration) => ({ ...migration, ...migration.parts(types, 'in_use') }));
  while (parted.length > 0) {
    const [first] = parted;
    const early = parted.filter((each) => each === first || each.aheadOf === first?.id);
    for (const migration of early) {
      for (const step of migration.ahead ?? []) await runStep({ ...context, migration }, step);
    }
    // Migrations without steps ahead are swapped together: no version could run between their swaps.
    const later = parted.findIndex((each) => !early.includes(each) && each.ahead !== undefined);
    await swap(context, parted.splice(0, later === -1 ? parted.length : later));
  }
}

/** Swaps several migrations in one transaction. */
async function swap(
  { connection, claim, progress }: ApplyContext,
  migrations: readonly (Migration & MigrationParts)[],
): Promise<void> {
  const names = migrations.map(({ name }) => `"${name}"`).join(', ');
  progress.tell(() => `Migration ${names}.`);
  const work = async (run: Run) => {
    await claim.hold(run);
    for (const migration of migrations) {
      for (const statement of migration.swap) await run(statement);
      for (const { name } of migration.after ?? []) await noteStep(run, migration.id, name);
      await noteMigration(run, migration.id, migration.name, migration.oldest);
    }
  };
  await (migrations.some(({ isAlone }) => isAlone === true)
    ? connection.transactAlone(work)
    : connection.transact(work));
}
