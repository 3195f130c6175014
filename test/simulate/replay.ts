import type { Heart } from './heart.ts';
import type { Scenario } from './scenario.ts';
import type { Failure } from './simulate.ts';
import type { Bounds } from './surroundings.ts';
import type { UpstreamKind } from './upstream.ts';
import { runSchedule } from './world.ts';

/** `EVERGRANT_SEED=kind/bounds/seed/path` runs one schedule again, as a failure has named it. */
const WANTED = process.env['EVERGRANT_SEED'];
const LONGEST_TRACE = 400;

/** Where to begin if only one schedule is wanted: undefined for all of them, `another` where it isn't one of these. */
export function seedFor(kind: UpstreamKind, bounds: Bounds): { seed: number; path: string } | 'another' | undefined {
  if (WANTED === undefined) return undefined;
  const [wantedKind, wantedBounds, seed = '', path = ''] = WANTED.split('/');
  return wantedKind === kind && wantedBounds === bounds ? { seed: Number(seed), path } : 'another';
}

/** Everything needed to understand a failure and to see it again. */
export async function describeFailure(
  { heart, kind, bounds }: { heart: Heart; kind: UpstreamKind; bounds: Bounds },
  { scenario, message, after, seed, path }: Failure,
): Promise<string> {
  const trace = await traceOf({ heart, kind, bounds, scenario });
  return [
    `${message} (${kind}, ${bounds}; ${after} schedules held before)`,
    `Again: EVERGRANT_SEED='${kind}/${bounds}/${seed}/${path}' npm run test:simulate`,
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
