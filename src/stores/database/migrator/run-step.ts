import { backfill } from './backfill.ts';
import { buildIndex, indexStatement } from './build-index.ts';
import { noteDone, stepState } from './journal.ts';
import type { StepContext } from './step-context.ts';
import type { Step } from './step.ts';

/** Does a step, unless it has been done; goes on with it where somebody has begun. Others write meanwhile. */
export async function runStep(context: StepContext, step: Step): Promise<void> {
  const { connection, claim, migration, progress } = context;
  const state = await connection.transact((run) => stepState(run, migration.id, step.name));
  if (state?.isDone === true) return;
  progress.tell(() => `Migration "${migration.name}": ${step.name}.`);
  if (step.kind === 'index') return buildIndex(context, step);
  if (step.kind === 'backfill') return backfill(context, step);
  await connection.transact(async (run) => {
    await claim.hold(run);
    for (const statement of step.statements) await run(statement);
    await noteDone(run, migration.id, step.name);
  });
}

/** The statements of a step in a database that nobody uses and that has no rows. */
export function plainStatements(step: Step): readonly string[] {
  if (step.kind === 'index') return [indexStatement(step)];
  return step.kind === 'backfill' ? [] : step.statements;
}
