import { Pool } from 'undici';
import { costOf } from '../parts/process-cost.ts';
import { durationsOf, type Durations } from '../parts/figures.ts';
import type { Contestant } from './contestants.ts';

/** What refreshes cost in one round. */
export interface ColdRound {
  readonly refreshes: number;
  readonly perSecond: number;
  /** Of the service's own process, for each refresh. */
  readonly cpuMicros: number;
  /** Of the processes of the database, for each refresh; 0 where it runs inside the service. */
  readonly databaseCpuMicros: number;
  /** For each refresh. */
  readonly commits: number;
  readonly writes: number;
  readonly waits: Durations;
}

/** Callers that never rest, one refresh a call. */
export interface Drive {
  /** The credentials to call with, in turn. */
  readonly bearers: readonly string[];
  readonly callers: number;
  readonly seconds: number;
  /** The processes of the database. */
  readonly databasePids: readonly number[];
}

/**
 * Lets callers of different grants ask for a refresh each, again and again.
 *
 * @throws Error where any call was answered otherwise than with a refreshed token, or the provider was asked more or less
 *   often than that
 */
export async function drive(
  contestant: Contestant,
  { bearers, callers, seconds, databasePids }: Drive,
): Promise<ColdRound> {
  await using pool = closing(new Pool(contestant.url, { connections: callers }));
  await contestant.provider.forgetCalls();
  const commits = await contestant.database.commits();
  const [cost, databaseCost] = [costOf([contestant.pid]), costOf(databasePids)];
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const waits: number[] = [];
  let next = nextOf.get(contestant) ?? 0;
  const caller = async () => {
    while (performance.now() < end) {
      const bearer = bearers[next++ % bearers.length] ?? '';
      const asked = performance.now();
      await refresh(pool.pool, contestant, bearer);
      waits.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  nextOf.set(contestant, next);
  const took = performance.now() - begun;
  const [costNow, databaseCostNow] = [costOf([contestant.pid]), costOf(databasePids)];
  const refreshes = waits.length;
  const { calls } = await contestant.provider.counted();
  if (calls !== refreshes) throw new Error(`${contestant.name}: ${calls} calls upstream for ${refreshes} refreshes.`);
  return {
    refreshes,
    perSecond: (refreshes / took) * 1000,
    cpuMicros: (costNow.cpuMicros - cost.cpuMicros) / refreshes,
    databaseCpuMicros: (databaseCostNow.cpuMicros - databaseCost.cpuMicros) / refreshes,
    commits: ((await contestant.database.commits()) - commits) / refreshes,
    writes: (costNow.writes - cost.writes) / refreshes,
    waits: durationsOf(waits),
  };
}

/** Where the next round of each goes on, so that every grant is refreshed as rarely as can be. */
const nextOf = new WeakMap<Contestant, number>();

async function refresh(pool: Pool, { path, name }: Contestant, bearer: string): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers: { authorization: bearer, 'content-type': 'application/json' },
    body: '{"force_refresh":true}',
  });
  const text = await body.text();
  if (statusCode !== 200 || !text.includes('"refreshed":true')) throw new Error(`${name}: ${statusCode} ${text}`);
}

function closing(pool: Pool): AsyncDisposable & { readonly pool: Pool } {
  return { pool, [Symbol.asyncDispose]: () => pool.destroy() };
}
