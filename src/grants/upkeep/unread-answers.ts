import type { Provider } from '../../providers/provider.ts';
import { reread, type RereadDependencies } from '../keeper/reread.ts';
import type { PeriodicTask } from './periodic-tasks.ts';

const SOON_MS = 2_000;

/**
 * Reads, once after a start, the kept answers that this version or definition has not tried yet. It is repeated for each
 * provider until it has succeeded.
 */
export function rereadAfterStart(means: RereadDependencies, providers: readonly Provider[]): PeriodicTask {
  const waiting = new Set(providers);
  return {
    name: 'read again what could not be read',
    everyMs: SOON_MS,
    work: async () => {
      const failures: unknown[] = [];
      for (const provider of waiting) {
        try {
          const tried = reread(means, provider, { onlyUntried: true });
          while ((await tried.next()).done !== true);
          waiting.delete(provider);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
