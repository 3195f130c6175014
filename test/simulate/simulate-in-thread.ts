import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Tally } from './census.ts';
import { loadHeart } from './heart.ts';
import { simulate, type Failure, type Outcome, type Simulation } from './simulate.ts';

interface Posted {
  readonly tally: ReturnType<Tally['toJSON']>;
  readonly failure: Failure | undefined;
}

/**
 * Simulates the product's own heart in a thread of its own. The test runner follows every promise of its thread
 * (`async_hooks`), and a simulation is nothing but promises: there it takes three times as long.
 */
export async function simulateInThread(simulation: Omit<Simulation, 'heart'>): Promise<Outcome> {
  const worker = new Worker(new URL(import.meta.url), { workerData: simulation });
  const { tally, failure } = await new Promise<Posted>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return { tally: Tally.fromJSON(tally), failure };
}

if (!isMainThread && parentPort !== null) {
  const heart = await loadHeart();
  const { tally, failure } = await simulate({ ...(workerData as Omit<Simulation, 'heart'>), heart });
  parentPort.postMessage({ tally: tally.toJSON(), failure } satisfies Posted);
}
