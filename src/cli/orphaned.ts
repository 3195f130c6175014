import { setTimeout as delay } from 'node:timers/promises';

const CHECK_MS = 200;

/**
 * Resolves when the `npm` that started this process is gone. An `npm` that was killed cannot signal its child, and its
 * next start would find the ports taken. Never resolves for a process that npm did not start.
 */
export async function orphaned(): Promise<void> {
  if (process.env['npm_lifecycle_event'] === undefined) return new Promise(() => undefined);
  // The start script uses "exec", so the parent is npm itself and not a shell that would outlive it.
  const npm = process.ppid;
  while (process.ppid === npm) await delay(CHECK_MS, undefined, { ref: false });
}
