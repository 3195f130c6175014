import * as fc from 'fast-check';
import { Tally } from './judge/census.ts';
import type { Heart } from './heart.ts';
import { scenarios, type DatabaseFault, type Scenario } from './scenario.ts';
import type { Bounds } from './world/surroundings.ts';
import type { UpstreamKind } from './world/upstream.ts';
import { runSchedule } from './world/world.ts';

/** Which schedules to run, and how many. */
export interface Simulation {
  readonly heart: Heart;
  readonly kind: UpstreamKind;
  readonly bounds: Bounds;
  readonly schedules: number;
  readonly seed: number;
  /** Where in the search to begin: as fast-check names the place of one schedule. */
  readonly path?: string;
  /** Whether what is known and accepted is a violation too; see `NOT_PROMISED`. */
  readonly isStrict?: boolean;
  /** What befalls the database in every schedule. */
  readonly database?: DatabaseFault;
}

/** What came of them. */
export interface Outcome {
  readonly tally: Tally;
  /** The shortest schedule found that breaks a property; undefined where all held. */
  readonly failure: Failure | undefined;
}

/** One schedule that breaks a property, and how to see it again. */
export interface Failure {
  readonly scenario: Scenario;
  readonly property: string;
  readonly message: string;
  /** How many schedules held before. */
  readonly after: number;
  readonly seed: number;
  readonly path: string;
}

/** The most that goes wrong in one schedule. */
const MOST_FAULTS = 6;
const MOST_BESIDE_DATABASE_FAULTS = 2;

/** Runs schedules drawn by chance until one breaks a property, which is then made as short as may be. */
export async function simulate(simulation: Simulation): Promise<Outcome> {
  const { heart, kind, bounds, schedules, seed, path, isStrict = false, database } = simulation;
  const tally = new Tally();
  let last: { property: string; message: string } | undefined;
  const property = fc.asyncProperty(
    scenarios({ faults: database === undefined ? MOST_FAULTS : MOST_BESIDE_DATABASE_FAULTS, kind, database }),
    async (scenario) => {
      const { violation, census, steps } = await runSchedule({ heart, kind, bounds, scenario, isStrict });
      if (last === undefined) tally.add(census, steps);
      if (violation === undefined) return true;
      last = violation;
      return false;
    },
  );
  const parameters = { numRuns: schedules, seed, ...(path === undefined ? {} : { path }) };
  const result = await fc.check(property, parameters);
  if (!result.failed) return { tally, failure: undefined };
  if (result.counterexample === null || last === undefined)
    throw new Error('fast-check failed by itself', { cause: result.errorInstance });
  const [scenario] = result.counterexample;
  const { violation } = await runSchedule({ heart, kind, bounds, scenario, isStrict });
  const { property: broken, message } = violation ?? { property: 'replay', message: 'not seen a second time' };
  const failure = {
    scenario,
    property: broken,
    message,
    after: result.numRuns - 1,
    seed,
    path: result.counterexamplePath,
  };
  return { tally, failure };
}
