import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundle, COMPILE_CACHE } from '../../support/bundle.ts';
import type { Kind } from './kinds.ts';

const PROGRAM = await bundle(new URL('servers-in-child.ts', import.meta.url));

/** One server of the sandbox. */
export interface ServerWanted {
  readonly played: Kind['played'];
  /** Where it finds and keeps its state; default: nowhere. */
  readonly stateFile?: string;
}

/** Servers in a process of their own, where thousands of callers don't keep them waiting. */
export interface Servers extends AsyncDisposable {
  /** As they were wanted. */
  readonly urls: readonly string[];
}

/** Starts them. */
export async function startServers(wanted: readonly ServerWanted[]): Promise<Servers> {
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(wanted)], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    exited.then(() => undefined),
  ]);
  if (line === undefined) throw new Error('The servers ended before they listened.');
  return {
    urls: JSON.parse(line) as string[],
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
