import type { Heart } from './heart.ts';
import type { DatabaseFault, Scenario } from './scenario.ts';
import type { Failure } from './simulate.ts';
import type { Bounds } from './world/surroundings.ts';
import type { UpstreamKind } from './world/upstream.ts';
import { runSchedule } from './world/world.ts';

/** `EVERGRANT_SEED=kind/bounds/seed/path`, and `/database` where something befalls it, runs one schedule again, as a failure has named it. */
const WANTED = process.env['EVERGRANT_SEED'];
const LONGEST_TRACE = 400;

/** One of the simulations: what its upstream and its bounds are, and what befalls its database. */
export interface Simulated {
  readonly kind: UpstreamKind;
  readonly bounds: Bounds;
  readonly database?: DatabaseFault | undefined;
}

/** One schedule of a simulation, by the seed and the path of the search that found it. */
export interface Place {
  readonly seed: number;
  readonly path: string;
}

/** Where to begin if only one schedule is wanted: undefined for all of them, `another` where it isn't one of these. */
export function seedFor(simulated: Simulated, wanted = WANTED): Place | 'another' | undefined {
  if (wanted === undefined) return undefined;
  const [kind, bounds, seed = '', path = '', database] = wanted.split('/');
  const isThis = kind === simulated.kind && bounds === simulated.bounds && database === simulated.database;
  return isThis ? { seed: Number(seed), path } : 'another';
}

/** As `EVERGRANT_SEED` names one schedule. */
export function seedOf({ kind, bounds, database }: Simulated, { seed, path }: Place): string {
  return [kind, bounds, seed, path, ...(database === undefined ? [] : [database])].join('/');
}

/** Everything needed to understand a failure and to see it again. */
export async function describeFailure(
  { heart, ...simulated }: Simulated & { heart: Heart },
  { scenario, message, after, ...place }: Failure,
): Promise<string> {
  const { kind, bounds } = simulated;
  const trace = await traceOf({ heart, kind, bounds, scenario });
  return [
    `${message} (${kind}, ${bounds}; ${after} schedules held before)`,
    `Again: EVERGRANT_SEED='${seedOf(simulated, place)}' npm run test:simulate`,
    `For regressions.ts: ${JSON.stringify(scenario)}`,
    ...trace.slice(-LONGEST_TRACE),
  ].join('\n');
}

/** Every line of what happens in one schedule. */
export async function traceOf(run: {
  heart: Heart;
  kind: UpstreamKind;
  bounds: Bounds;
  scenario: Scenario;
}): Promise<string[]> {
  const lines: string[] = [];
  await runSchedule({ ...run, trace: (line) => lines.push(line) });
  return lines;
}
