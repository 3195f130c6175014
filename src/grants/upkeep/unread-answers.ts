import type { Provider } from '../../providers/provider.ts';
import { reread, type RereadDependencies } from '../keeper/reread.ts';
import type { PeriodicTask } from './periodic-tasks.ts';

const SOON_MS = 2_000;

/**
 * Reads, once after a start, the kept answers that this version or definition has not tried yet. It is repeated until it
 * has succeeded.
 */
export function rereadAfterStart(means: RereadDependencies, providers: readonly Provider[]): PeriodicTask {
  let isDone = false;
  return {
    name: 'read again what could not be read',
    everyMs: SOON_MS,
    work: async () => {
      if (isDone) return;
      for (const provider of providers) {
        const tried = reread(means, provider, { onlyUntried: true });
        while ((await tried.next()).done !== true);
      }
      isDone = true;
    },
  };
}
