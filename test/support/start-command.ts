import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundle, COMPILE_CACHE } from './bundle.ts';
import { freePort } from './free-port.ts';

/** The repository. */
export const ROOT = join(import.meta.dirname, '../..');

/** `evergrant` in one file. */
export const MAIN = await bundle(new URL('../../src/cli/main.ts', import.meta.url));

/** Longer than anything takes on a busy machine; milliseconds. */
const PATIENCE_MS = 60_000;

/** A folder to run commands in, removed at the end. */
export interface WorkFolder extends Disposable {
  readonly path: string;
}

export function newWorkFolder(): WorkFolder {
  const path = mkdtempSync(join(tmpdir(), 'evergrant-cli-'));
  return {
    path,
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Where a command runs, and with which variables besides PATH and HOME. */
export interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a command ended. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand extends AsyncDisposable {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves once it has written this on either output; rejects where it ends without. */
  printed(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended by itself or by a signal. */
  readonly ended: Promise<Ended>;
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts `evergrant` with these arguments. */
export function startEvergrant(args: readonly string[], surroundings: Surroundings): RunningCommand {
  return startCommand(process.execPath, [MAIN, ...args], surroundings);
}

/** Runs `evergrant` with these arguments to its end. */
export async function evergrant(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  await using command = startEvergrant(args, surroundings);
  return await inTime(command.ended, () => `evergrant ${args.join(' ')} should have ended\n${command.stderr()}`);
}

/** Starts any command in a process group of its own. */
export function startCommand(file: string, args: readonly string[], { cwd, env }: Surroundings): RunningCommand {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env['PATH'], HOME: cwd, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid ?? 0;
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  let isGone = false;
  const ended = once(child, 'close').then(([code]) => {
    isGone = true;
    return { code: code as number | null, stdout, stderr };
  });
  const kill = async () => {
    // What it started may outlive it, and then holds its outputs open.
    if (!isGone) endGroup(pid);
    await ended;
  };
  return {
    pid,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: async (pattern) => {
      const said = () => `${file} ${args.join(' ')} should have written ${String(pattern)}\n${stdout}\n${stderr}`;
      const giveUpAt = Date.now() + PATIENCE_MS;
      while (!pattern.test(stdout) && !pattern.test(stderr)) {
        if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUpAt) throw new Error(said());
        await sleep(20);
      }
    },
    signal: (name) => {
      child.kill(name);
    },
    ended,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The result, or an error once it has taken longer than anything may take. */
export async function inTime<Result>(result: Promise<Result>, complaint: () => string): Promise<Result> {
  const timer = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(complaint());
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

/** Ports that nothing listens on just now. */
export async function freePorts<Count extends number>(count: Count): Promise<number[] & { length: Count }> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports] as number[] & { length: Count };
}
