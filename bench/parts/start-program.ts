import { fork, type ChildProcess } from 'node:child_process';

/** A program of the benches in a process of its own, which ends with this one. */
export interface Program<Ready> extends Disposable {
  readonly ready: Ready;
  readonly pid: number;
  readonly process: ChildProcess;
}

/**
 * Starts one and resolves with the first message that it sends.
 *
 * @throws Error where it ends before that
 */
export async function startProgram<Ready>(file: URL, args: readonly string[] = []): Promise<Program<Ready>> {
  const child = fork(file, args);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as Ready);
    });
    child.once('exit', (code) => {
      reject(new Error(`${file.pathname} ended with ${code ?? 'a signal'} before it was ready.`));
    });
  });
  return {
    ready,
    pid: child.pid ?? 0,
    process: child,
    [Symbol.dispose]: () => {
      child.kill('SIGKILL');
    },
  };
}
