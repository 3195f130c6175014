import { aheadOfNeed } from './ahead-of-need.ts';
import { FAILING_ANSWERS } from './failing-answers.ts';
import { killed } from './killed.ts';
import { LOST_ANSWERS } from './lost-answers.ts';
import { paused } from './paused.ts';
import { refusedClient } from './refused-client.ts';
import { refusingDatabase } from './refusing-database.ts';
import { revoked } from './revoked.ts';
import type { Scenario } from './scenario.ts';
import { slow } from './slow.ts';
import { stopped } from './stopped.ts';

/** In the order in which they are arranged. */
export const SCENARIOS: readonly Scenario[] = [
  ...FAILING_ANSWERS,
  ...LOST_ANSWERS,
  revoked,
  refusedClient,
  stopped,
  refusingDatabase,
  killed,
  slow,
  paused,
  aheadOfNeed,
];
