import type { Rescue } from '../../../../src/grants/keeper/rescue.ts';
import { call } from './call.ts';
import type { Process } from './process.ts';
import type { Surroundings } from './surroundings.ts';

/** A folder that outlives the process. */
export function processRescue(at: Surroundings, process: Process, folder: string): Rescue {
  const kept = at.folders.get(folder) ?? new Map();
  at.folders.set(folder, kept);
  return {
    keep: (exchange, answer) =>
      call(at, process, 'keep', () => {
        at.census.see('rescued');
        kept.set(exchange.nonce, { exchange, answer });
        at.changed();
      }),
    drop: (exchange) =>
      call(at, process, 'drop', () => {
        kept.delete(exchange.nonce);
        at.changed();
      }),
    setAside: () => Promise.reject(new Error('Nothing here is refused for good.')),
    kept: () => call(at, process, 'kept', () => [...kept.values()]),
  };
}
