import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../../support/scene.ts';

/** Callers that never stop asking. */
export interface SteadyLoad {
  /** Lets everybody finish their last call. */
  stop(): Promise<LoadReport>;
}

export interface LoadReport {
  readonly served: number;
  /** How many were told of trouble, by its code. */
  readonly troubles: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly slowestMs: number;
}

/** For every user two callers, each at a service of its own choice, who want a new token about once a second. */
export function startLoad(scene: Scene, subjects: readonly string[]): SteadyLoad {
  const ending = new AbortController();
  const troubles: Record<string, number> = {};
  let [served, slowestMs] = [0, 0];
  const callers = subjects.flatMap((subject) =>
    [0, 1].map(async () => {
      while (!ending.signal.aborted) {
        const service = Math.floor(Math.random() * scene.services.length);
        const since = performance.now();
        const { status, json } = await scene.ask(service, subject, { force_refresh: Math.random() < 0.6 });
        slowestMs = Math.max(slowestMs, performance.now() - since);
        if (status === 200) served += 1;
        else troubles[String(json?.code)] = (troubles[String(json?.code)] ?? 0) + 1;
        await sleep(Math.random() * 1_500);
      }
    }),
  );
  // Whoever stops the load hears of a call that failed without an answer; nobody else has to.
  for (const caller of callers) caller.catch(() => undefined);
  return {
    stop: async () => {
      ending.abort();
      await Promise.all(callers);
      return { served, troubles, slowestMs };
    },
  };
}
