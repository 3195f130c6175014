import { monitorEventLoopDelay } from 'node:perf_hooks';
import { renameSync, writeFileSync } from 'node:fs';

/** What the watch of a process has seen since its loop first turned. */
export interface LoopWatch {
  /** The longest that the loop was late, in milliseconds: its own blocks, and whatever else had the machine's cores. */
  readonly longestMs: number;
  /** The most of its thread's own time between two looks, in milliseconds: nobody else's work is in it. */
  readonly longestCpuMs: number;
}

/**
 * Loaded before a program: watches its event loop, and writes every second to the file of BENCH_LOOP_WATCH what it has seen.
 * It begins when it is told so by SIGUSR2, so that starting is not in it.
 */
const path = process.env['BENCH_LOOP_WATCH'];
const LOOK_MS = 2;

if (path !== undefined) {
  process.once('SIGUSR2', () => {
    const delay = monitorEventLoopDelay({ resolution: LOOK_MS });
    delay.enable();
    let longestCpuMs = 0;
    let last = threadCpuMs();
    setInterval(() => {
      const now = threadCpuMs();
      longestCpuMs = Math.max(longestCpuMs, now - last);
      last = now;
    }, LOOK_MS).unref();
    setInterval(() => {
      const seen: LoopWatch = { longestMs: Math.max(0, delay.max / 1e6 - LOOK_MS), longestCpuMs };
      // Whoever reads it never finds half of it.
      writeFileSync(`${path}.next`, JSON.stringify(seen));
      renameSync(`${path}.next`, path);
    }, 1_000).unref();
  });
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
