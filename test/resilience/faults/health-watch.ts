import { setTimeout as sleep } from 'node:timers/promises';
import { call } from '../../support/service/answer.ts';
import type { ServiceProcess } from '../../support/service/start-service-process.ts';

/** Looks at `/healthz` of every service all the time. */
export interface HealthWatch {
  /** Stops, and gives the slowest answer in milliseconds; rejects where a service did not answer 200. */
  stop(): Promise<number>;
}

export function watchHealth(services: readonly ServiceProcess[]): HealthWatch {
  const ending = new AbortController();
  const watches = services.map(async ({ url }) => {
    let slowest = 0;
    while (!ending.signal.aborted) {
      const since = performance.now();
      const { status, text } = await call(`${url}/healthz`, 'GET');
      if (status !== 200) throw new Error(`/healthz: ${status} ${text}`);
      slowest = Math.max(slowest, performance.now() - since);
      await sleep(50);
    }
    return slowest;
  });
  // Whoever stops the watch hears of it; nobody else has to.
  for (const watch of watches) watch.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      return Math.max(...(await Promise.all(watches)));
    },
  };
}
