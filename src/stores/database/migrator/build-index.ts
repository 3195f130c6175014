import { setTimeout as delay } from 'node:timers/promises';
import type { MigratorConnection, Run } from './migrator-connection.ts';
import { noteDone } from './journal.ts';
import type { StepContext } from './step-context.ts';
import type { IndexStep } from './step.ts';

/** How often to check the progress of a build, in milliseconds. */
const LOOK_EVERY_MS = 1_000;
/** SQLSTATEs: the index exists already; a deadlock with another build; a lock that could not be had. */
const AGAIN = ['42P07', '40P01', '55P03'];

/** The statement that builds an index. */
export function indexStatement({ name, isUnique = false, on }: IndexStep, concurrently = ''): string {
  return `create ${isUnique ? 'unique ' : ''}index ${concurrently}${name} on ${on}`;
}

/**
 * Builds an index while others write. It rebuilds an invalid index that a killed build has left, and waits for a build
 * that the server still runs for a migrator that is gone.
 */
export async function buildIndex(context: StepContext, step: IndexStep): Promise<void> {
  const { connection, claim, migration } = context;
  if (connection.types.dialect === 'sqlite') {
    await connection.transact(async (run) => {
      await claim.hold(run);
      await run(indexStatement(step));
      await noteDone(run, migration.id, step.name);
    });
    return;
  }
  while (!(await isBuilt(connection, step.name))) {
    const watching = watch(context, step);
    try {
      await connection.transact((run) => claim.hold(run));
      await connection.run(indexStatement(step, 'concurrently '));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && AGAIN.includes(String(error.code)))) throw error;
      await delay(LOOK_EVERY_MS);
    } finally {
      clearInterval(watching);
    }
  }
  await connection.transact(async (run) => {
    await claim.hold(run);
    await noteDone(run, migration.id, step.name);
  });
}

/** Whether a valid index exists; drops an invalid one unless it is being built. */
async function isBuilt({ run }: MigratorConnection, name: string): Promise<boolean> {
  for (;;) {
    const [found] = await run<{ valid: boolean; building: boolean }>(`
      select i.indisvalid as valid,
        exists (select 1 from pg_stat_progress_create_index p where p.index_relid = i.indexrelid) as building
      from pg_index i where i.indexrelid = to_regclass('${name}')`);
    if (found === undefined) return false;
    if (found.valid) return true;
    if (!found.building) {
      await run(`drop index concurrently if exists ${name}`);
      return false;
    }
    await delay(LOOK_EVERY_MS);
  }
}

function watch({ connection, progress, migration }: StepContext, { name }: IndexStep): NodeJS.Timeout {
  let isBusy = false;
  return setInterval(() => {
    const { runBeside } = connection;
    if (runBeside === undefined || isBusy) return;
    isBusy = true;
    void share(runBeside, name)
      .then((done) => {
        progress.tell(() => `Migration "${migration.name}", index ${name}: ${done}.`);
      })
      .catch(() => undefined)
      .finally(() => (isBusy = false));
  }, LOOK_EVERY_MS).unref();
}

async function share(run: Run, name: string): Promise<string> {
  const [row] = await run<{ phase: string; done: number; total: number }>(`
    select phase, greatest(blocks_done, tuples_done) as done, greatest(blocks_total, tuples_total) as total
    from pg_stat_progress_create_index where index_relid = to_regclass('${name}')`);
  if (row === undefined) return 'about to be built';
  return row.total > 0 ? `${row.phase}, ${Math.floor((row.done / row.total) * 100)} %` : row.phase;
}
