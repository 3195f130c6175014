import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundle, COMPILE_CACHE } from '../bundle.ts';
import type { Environment } from './start-service.ts';

const PROGRAM = await bundle(new URL('serve-in-child.ts', import.meta.url));

/** A service in a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Everything it wrote on standard error so far. */
  readonly output: () => string;
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a service and resolves when it serves; rejects with what it wrote where it ends before that.
 *
 * @param program the file to run; by default of this version
 */
export async function startServiceProcess(env: Environment, program = PROGRAM): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [program], {
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    exited.then(() => undefined),
  ]);
  if (url === undefined) throw new Error(`The service ended before it served.\n${output}`);
  return { url, pid: child.pid ?? 0, output: () => output, kill, [Symbol.asyncDispose]: kill };
}

/** Several of them on one environment. */
export async function startServiceProcesses(
  count: number,
  env: Environment,
  program = PROGRAM,
): Promise<AsyncDisposable & { readonly all: readonly ServiceProcess[] }> {
  const all = await Promise.all(Array.from({ length: count }, () => startServiceProcess(env, program)));
  return {
    all,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(all.map((each) => each.kill()));
    },
  };
}
