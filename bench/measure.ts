import { load, type Requests } from './load.ts';
import { cpuUs, type ServerProcess } from './server-process.ts';

/** One of those that are measured beside one another. */
export interface Contestant {
  readonly name: string;
  readonly server: ServerProcess;
  readonly requests: Requests;
}

/** One slice of one contestant. */
export interface Slice {
  readonly perSecond: number;
  /** Of the server, a request. */
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The middle of several figures, and their least and greatest. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** How a run is made. */
export interface RunOptions {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** What each server is asked for before it is measured, in seconds: until then it runs code that is not optimised. */
  readonly warmUpSeconds: number;
}

/**
 * Measures contestants in turns, since on a shared machine only what was measured within the same seconds can be compared.
 *
 * @returns the slices of each by its name, one a round
 */
export async function measured(
  contestants: readonly Contestant[],
  { rounds, seconds, connections, warmUpSeconds }: RunOptions,
): Promise<ReadonlyMap<string, readonly Slice[]>> {
  for (const { server, requests } of contestants) await load(server.ready.url, requests, connections, warmUpSeconds);
  const slices = new Map<string, Slice[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    // None is always the one after the same other.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    for (const { name, server, requests } of order) {
      const before = cpuUs(server.pid);
      const {
        requests: count,
        seconds: taken,
        latencies,
      } = await load(server.ready.url, requests, connections, seconds);
      slices.get(name)?.push({
        perSecond: count / taken,
        cpuUs: (cpuUs(server.pid) - before) / count,
        p50Ms: latencies[Math.floor(count * 0.5)] ?? NaN,
        p99Ms: latencies[Math.floor(count * 0.99)] ?? NaN,
      });
    }
  }
  return slices;
}

/** How many times less of the processor one takes than another, round by round. */
export function ratios(slices: ReadonlyMap<string, readonly Slice[]>, name: string, yardstick: string): Spread {
  const others = slices.get(yardstick) ?? [];
  return spread((slices.get(name) ?? []).map(({ cpuUs: own }, round) => (others[round]?.cpuUs ?? NaN) / own));
}

/** The {@link Spread} of figures. */
export function spread(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    least: at(0),
    most: at(sorted.length - 1),
  };
}
