import { backfill } from './backfill.ts';
import { buildIndex, indexStatement } from './build-index.ts';
import { noteDone, stepState } from './journal.ts';
import type { StepContext } from './step-context.ts';
import type { Step } from './step.ts';

/** Runs a step unless it is done, and resumes one that was started. Others write at the same time. */
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

/** The statements of a step for a new database, which has no users and no rows. */
export function plainStatements(step: Step): readonly string[] {
  if (step.kind === 'index') return [indexStatement(step)];
  return step.kind === 'backfill' ? [] : step.statements;
}
