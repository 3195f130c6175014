import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Tally } from './judge/census.ts';
import { loadHeart } from './heart.ts';
import { mutatedHeart, type Mutation } from './mutate.ts';
import { simulate, type Failure, type Outcome, type Simulation } from './simulate.ts';

interface Work extends Omit<Simulation, 'heart'> {
  readonly mutation?: Mutation;
}

interface Posted {
  readonly tally: ReturnType<Tally['toJSON']>;
  readonly failure: Failure | undefined;
}

/**
 * Simulates the product's own heart, or a mutant of it, in a thread of its own. The test runner follows every promise of its
 * thread (`async_hooks`), and a simulation is nothing but promises: there it takes three times as long.
 */
export async function simulateInThread(work: Work): Promise<Outcome> {
  const worker = new Worker(new URL(import.meta.url), { workerData: work });
  const { tally, failure } = await new Promise<Posted>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { tally: Tally.fromJSON(tally), failure };
}

if (!isMainThread && parentPort !== null) {
  // Crashes and time-outs are errors by the million here, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  const { mutation, ...simulation } = workerData as Work;
  const heart = await (mutation === undefined ? loadHeart() : mutatedHeart(mutation));
  const { tally, failure } = await simulate({ ...simulation, heart });
  parentPort.postMessage({ tally: tally.toJSON(), failure } satisfies Posted);
}
