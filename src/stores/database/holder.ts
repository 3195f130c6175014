import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A process, named uniquely among all that may ever open an exchange on one database. */
interface NamedProcess {
  /** Process ids are unique only within one boot of one machine and one container on it. */
  readonly machine: string;
  readonly pid: number;
  /** When it started, in clock ticks since the boot; undefined in names written by earlier versions. */
  readonly startTime: string | undefined;
}

/**
 * Names this process uniquely among all that ever open an exchange: machine, process id, start time, and a random part.
 * Where the machine can't be identified, its part of the name is random: a process that took another machine's
 * processes for its own would take live ones for dead.
 *
 * @param proc the mount point of procfs
 */
export function holderName(proc = '/proc'): string {
  const { machine, pid, startTime } = thisProcess(proc) ?? { machine: randomUUID(), pid: process.pid, startTime: '0' };
  return `${machine}:${pid}.${startTime}:${randomUUID()}`;
}

/**
 * True where the holder was a process of this machine and is gone. False where that can't be known; then the lease says
 * how long to wait.
 *
 * @param proc the mount point of procfs
 */
export function isDead(holder: string, proc = '/proc'): boolean {
  const theirs = parsed(holder);
  const ours = thisProcess(proc);
  if (theirs === undefined || ours === undefined || theirs.machine !== ours.machine) return false;
  if (theirs.startTime === undefined) {
    // Any other holder with our own process id ran before us.
    return theirs.pid === ours.pid || !isRunning(theirs.pid);
  }
  if (!isRunning(theirs.pid)) return true;
  const startTime = startTimeOf(theirs.pid, proc);
  return startTime !== undefined && startTime !== theirs.startTime;
}

function parsed(holder: string): NamedProcess | undefined {
  const [, machine = '', pid = '', startTime] = /^(.*):(\d+)(?:\.(\d+))?:[^:]+$/.exec(holder) ?? [];
  return machine === '' ? undefined : { machine, pid: Number(pid), startTime };
}

type KnownProcess = NamedProcess & { readonly startTime: string };

/** Cached: it is needed whenever somebody waits for a holder, and it never changes. */
const known = new Map<string, KnownProcess>();

/** Undefined where the machine doesn't give enough to be recognised. */
function thisProcess(proc: string): KnownProcess | undefined {
  const before = known.get(proc);
  if (before !== undefined) return before;
  const bootId = read(() => readFileSync(join(proc, 'sys/kernel/random/boot_id'), 'utf8').trim());
  const namespace = read(() => readlinkSync(join(proc, 'self/ns/pid')));
  const startTime = startTimeOf('self', proc);
  if (bootId === undefined || namespace === undefined || startTime === undefined) return undefined;
  const found = { machine: [hostname(), bootId, namespace].join('/'), pid: process.pid, startTime };
  known.set(proc, found);
  return found;
}

/** The 22nd field of proc_pid_stat(5); the second is the program's name, which may contain anything. */
function startTimeOf(pid: number | 'self', proc: string): string | undefined {
  return read(() => {
    const stat = readFileSync(join(proc, String(pid), 'stat'), 'utf8');
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return afterName[22 - 3] ?? '';
  });
}

/** Undefined where it can't be read. */
function read(source: () => string): string | undefined {
  try {
    const text = source();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
