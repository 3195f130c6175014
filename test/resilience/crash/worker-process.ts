import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bundle, COMPILE_CACHE } from '../../support/bundle.ts';
import type { Asked, Order, WorkerOptions } from './protocol.ts';

const WORKER = await bundle(new URL('worker.ts', import.meta.url));
const PATIENCE_MS = 60_000;

/** One instance in a process of its own, which is gone at the end. */
export interface Worker extends AsyncDisposable {
  /** What came of an order; undefined where the process died of it. */
  follow(order: Order): Promise<readonly Asked[] | undefined>;
  /** Gives the order, and kills after `ms` milliseconds whatever has come of it. */
  killDuring(order: Order, ms: number): Promise<void>;
  kill(): Promise<void>;
}

/** Starts an instance; undefined where it died of starting, as it was told to. */
export async function startWorker(options: WorkerOptions): Promise<Worker | undefined> {
  const child = spawnWorker(options);
  const ready = await reply<{ ready: true }>(child, 'ready');
  if (ready === undefined) return undefined;
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    kill,
    [Symbol.asyncDispose]: kill,
    async follow(order) {
      child.send(order);
      return (await reply<{ asked: Asked[] }>(child, 'asked'))?.asked;
    },
    async killDuring(order, ms) {
      child.send(order);
      await new Promise((resolve) => setTimeout(resolve, ms));
      await kill();
    },
  };
}

/** Starts an instance and kills it after `ms` milliseconds, however far it has come. */
export async function killWhileStarting(options: WorkerOptions, ms: number): Promise<void> {
  const child = spawnWorker(options);
  const exited = once(child, 'exit');
  await new Promise((resolve) => setTimeout(resolve, ms));
  child.kill('SIGKILL');
  await exited;
}

function spawnWorker(options: WorkerOptions): ChildProcess {
  return fork(WORKER, [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
}

/** The next message with this member; undefined where the process is killed first. */
function reply<Message extends object>(child: ChildProcess, member: keyof Message): Promise<Message | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      end(() => {
        reject(new Error(`a worker said nothing of "${String(member)}" for ${PATIENCE_MS} ms`));
      });
    }, PATIENCE_MS);
    const onMessage = (message: object) => {
      if (member in message) {
        end(() => {
          resolve(message as Message);
        });
      }
    };
    const onExit = (code: number | null, signal: string | null) => {
      end(() => {
        if (signal === 'SIGKILL') resolve(undefined);
        else reject(new Error(`a worker ended by itself: ${code ?? signal}`));
      });
    };
    const end = (settle: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
