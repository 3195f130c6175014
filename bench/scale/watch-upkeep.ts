import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jwt } from '../../test/support/service/credentials.ts';
import { durationsOf, type Durations } from '../parts/figures.ts';
import type { BenchDatabase } from '../parts/databases.ts';
import { costOf, residentMiB } from '../parts/process-cost.ts';
import { startEvergrant, HERE, TOKEN_PATH } from '../parts/start-evergrant.ts';
import { REAL_SUBJECTS, realSubject } from './fill.ts';
import type { LoopWatch } from './loop-watch.ts';

/** What a real service on a filled database came to. */
export interface WatchedService {
  readonly startedInMs: number;
  readonly residentMiB: { readonly idle: number; readonly after: number };
  /** Of the whole process, in milliseconds for each second of upkeep with nobody calling. */
  readonly cpuMsPerSecond: number;
  readonly upkeep: LoopWatch;
  /** The same of a process that does nothing, over the same time: what the machine's other work does to everybody. */
  readonly beside: LoopWatch;
  /** Calls for live tokens afterwards, one at a time. */
  readonly warm: Durations;
}

const WATCH = new URL('loop-watch.ts', import.meta.url);
const WARM_CALLS = 1_000;

/**
 * Starts a service and leaves it to its upkeep.
 *
 * @param seconds how long; within a minute every chore comes up
 */
export async function watchUpkeep(
  database: BenchDatabase,
  providerUrl: string,
  seconds: number,
): Promise<WatchedService> {
  const [ownFile, besideFile] = [join(database.folder, 'loop.json'), join(database.folder, 'loop-beside.json')];
  const more = { BENCH_LOOP_WATCH: ownFile, NODE_OPTIONS: `--import=${WATCH.href}` };
  await using service = await startEvergrant({ checkout: HERE, database, providerUrl, more });
  const idle = fork(new URL('../bare-server.ts', import.meta.url), ['{"body":"{}"}'], {
    env: { ...process.env, BENCH_LOOP_WATCH: besideFile },
    execArgv: ['--import', WATCH.href],
  });
  try {
    await sleep(1_000);
    const idleMiB = residentMiB(service.pid);
    process.kill(service.pid, 'SIGUSR2');
    idle.kill('SIGUSR2');
    const before = costOf([service.pid]).cpuMicros;
    await sleep(seconds * 1_000);
    const cpuMsPerSecond = (costOf([service.pid]).cpuMicros - before) / 1000 / seconds;
    const [upkeep, beside] = [seenIn(ownFile), seenIn(besideFile)];
    const warm = await callFor(service.url);
    return {
      startedInMs: service.startedInMs,
      residentMiB: { idle: idleMiB, after: residentMiB(service.pid) },
      cpuMsPerSecond,
      upkeep,
      beside,
      warm,
    };
  } finally {
    idle.kill('SIGKILL');
  }
}

function seenIn(path: string): LoopWatch {
  return JSON.parse(readFileSync(path, 'utf8')) as LoopWatch;
}

async function callFor(url: string): Promise<Durations> {
  const waits: number[] = [];
  for (let call = 0; call < WARM_CALLS; call++) {
    const bearer = jwt(realSubject(call % REAL_SUBJECTS));
    const asked = performance.now();
    const answer = await fetch(url + TOKEN_PATH, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`A live token was answered with ${answer.status}: ${text}`);
    // Those of the first turn are of an authenticator and a JIT that are cold.
    if (call >= REAL_SUBJECTS) waits.push(performance.now() - asked);
  }
  return durationsOf(waits);
}
