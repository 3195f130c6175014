import { openHerd, type Caller, type Herd } from '../../test/support/races/herd.ts';
import { durationsOf, type Durations } from '../parts/figures.ts';
import { costOf } from '../parts/process-cost.ts';
import type { Fleet } from './start-fleet.ts';

/** What one storm came to. */
export interface Storm {
  /** From the first call until the last is answered, in milliseconds. */
  readonly tookMs: number;
  readonly upstreamCalls: number;
  readonly waits: Durations;
  /** Those that got no token, by what they got instead. */
  readonly unserved: Readonly<Record<string, number>>;
  /** User and system time of all services together, in microseconds for each call. */
  readonly cpuMicros: number;
}

/** The callers of one scenario, and how many calls upstream are due to them. */
export interface Scenario {
  readonly name: string;
  readonly callers: readonly Caller[];
  readonly grants: number;
}

/** How many call at once for the first time. */
const AT_FIRST = 500;

/** Lets everybody get a token for the first time, a few at once. */
export async function warmUp(fleet: Fleet, { callers }: Scenario): Promise<void> {
  await using herd = openHerd(fleet.urls, AT_FIRST);
  for (let from = 0; from < callers.length; from += AT_FIRST) await served(herd, callers.slice(from, from + AT_FIRST));
}

/**
 * All call at once for tokens that have just ended. Connections are made before, so that nobody comes after the others for
 * want of one, and closed after, as a process may have only so many.
 *
 * @throws Error where a grant's refresh was asked for more than once, or for none although everybody was served
 */
export async function storm(fleet: Fleet, { callers, grants }: Scenario): Promise<Storm> {
  await using herd = openHerd(fleet.urls, callers.length);
  await served(herd, callers);
  await fleet.expireAll();
  await fleet.provider?.forgetCalls();
  const before = costOf(fleet.pids).cpuMicros;
  const begun = performance.now();
  const answers = await herd.ask(callers);
  const tookMs = performance.now() - begun;
  const { calls, refused } = (await fleet.provider?.counted()) ?? { calls: 0, refused: 0 };
  const unserved = answers.filter(({ status }) => status !== 200).map(({ status, json }) => `${status} ${json.code}`);
  const isExact = unserved.length === 0 ? calls === grants : calls <= grants;
  if (fleet.provider !== undefined && (!isExact || refused > 0)) {
    throw new Error(`${fleet.name}: ${calls} calls upstream and ${refused} refusals where ${grants} grants had ended.`);
  }
  return {
    tookMs,
    upstreamCalls: calls,
    waits: durationsOf(answers.map(({ waitMs }) => waitMs)),
    unserved: Object.fromEntries(
      [...Map.groupBy(unserved, (what) => what)].map(([what, { length }]) => [what, length]),
    ),
    cpuMicros: (costOf(fleet.pids).cpuMicros - before) / callers.length,
  };
}

async function served(herd: Herd, callers: readonly Caller[]): Promise<void> {
  const answers = await herd.ask(callers);
  const other = answers.find(({ status }) => status !== 200);
  if (other !== undefined) throw new Error(`A caller got ${other.status}: ${JSON.stringify(other.json)}`);
}
