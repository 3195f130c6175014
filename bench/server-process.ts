import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a server of the bench says once it can be asked. */
export interface Ready {
  readonly url: string;
  /** Of Evergrant alone. */
  readonly keys?: { readonly server: string; readonly users: readonly string[] };
}

/** A server in a process of its own. */
export interface ServerProcess extends Disposable {
  readonly ready: Ready;
  readonly pid: number;
}

/** A tick of `/proc`, in microseconds. */
const TICK_US = 10_000;

/** Starts one of the servers in this folder with these arguments. */
export async function startServer(file: string, options: object): Promise<ServerProcess> {
  const child = fork(new URL(file, import.meta.url), [JSON.stringify(options)]);
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as Ready);
    });
    child.once('exit', (code) => {
      reject(new Error(`${file} ended with ${code} before it could be asked.`));
    });
  });
  return {
    ready,
    pid: child.pid ?? 0,
    [Symbol.dispose]: () => {
      child.disconnect();
    },
  };
}

/** What a process has used of the processor, in user and in kernel mode, in microseconds. */
export function cpuUs(pid: number): number {
  return ticks(pid, 11) * TICK_US;
}

/** What the children of this process have used that have ended, in microseconds. */
export function endedChildrenCpuUs(): number {
  return ticks(process.pid, 13) * TICK_US;
}

/** Two neighbouring times of `/proc/<pid>/stat`, the first in user mode, counted from behind the process's name. */
function ticks(pid: number, field: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[field]) + Number(fields[field + 1]);
}

/** What a process has in memory, in megabytes. */
export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
