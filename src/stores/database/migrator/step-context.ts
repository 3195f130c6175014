import type { Claim } from './claim.ts';
import type { MigratorConnection } from './migrator-connection.ts';
import type { Progress } from './progress.ts';
import type { Migration } from './step.ts';

/** What a step needs to run. */
export interface StepContext {
  readonly connection: MigratorConnection;
  readonly claim: Claim;
  readonly progress: Progress;
  readonly migration: Migration;
}
