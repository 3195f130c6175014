import { readdirSync, readFileSync } from 'node:fs';

/** What Linux counts a process's time in, a second. */
const TICKS = 100;

/** What processes have cost since they began. */
export interface ProcessCost {
  /** User and system time, in microseconds; it moves in steps of ten thousand. */
  readonly cpuMicros: number;
  /** Write calls to sockets and files; 0 where the kernel doesn't tell. */
  readonly writes: number;
}

/** What these processes have cost so far. Linux alone: it reads /proc. */
export function costOf(pids: readonly number[]): ProcessCost {
  const each = pids.map((pid) => ({ cpuMicros: cpuMicrosOf(pid), writes: writesOf(pid) }));
  return {
    cpuMicros: each.reduce((sum, { cpuMicros }) => sum + cpuMicros, 0),
    writes: each.reduce((sum, { writes }) => sum + writes, 0),
  };
}

/** The processes that this one has started and that are still there. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** What a process has in memory now, in mebibytes. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
  return Math.round(Number(kib) / 1024);
}

/** How many processes wanted the machine's cores, on average over the last minute. */
export function machineLoad(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ')[0] ?? '';
}

function cpuMicrosOf(pid: number): number {
  // The second field is the program's name, in which anything may stand.
  const fields = statOf(pid).split(') ').at(-1)?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / TICKS) * 1_000_000;
}

/** A process that is gone costs nothing more. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return `${pid} () ${Array<string>(20).fill('0').join(' ')}`;
  }
}

function writesOf(pid: number): number {
  try {
    return Number(/^syscw: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
