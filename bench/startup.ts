import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../test/support/free-port.ts';
import { cpuUs, endedChildrenCpuUs, residentMb } from './server-process.ts';

/** A start of `evergrant serve`, until it answers. */
export interface Start {
  readonly ms: number;
  readonly cpuMs: number;
  /** A moment later. */
  readonly idleMb: number;
}

/** Starts the service on a new SQLite file, and stops it again. @param main the program's file */
export async function measureStart(main: string): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), 'evergrant-bench-'));
  const port = await freePort();
  const since = performance.now();
  const child = spawn(process.execPath, [main, 'serve'], {
    stdio: 'ignore',
    env: {
      EVERGRANT_PORT: String(port),
      EVERGRANT_DRAIN: '0',
      EVERGRANT_DATABASE_URL: `sqlite:${join(folder, 'evergrant.db')}`,
      EVERGRANT_ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      CAL_COM_CLIENT_ID: 'client',
      CAL_COM_CLIENT_SECRET: 'secret',
    },
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`evergrant serve ended with ${child.exitCode}.`);
      await delay(5);
    }
    const ms = performance.now() - since;
    const cpuMs = cpuUs(child.pid ?? 0) / 1000;
    await delay(1_000);
    return { ms, cpuMs, idleMb: residentMb(child.pid ?? 0) };
  } finally {
    child.kill();
    await exit;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `evergrant --help` uses of the processor, in milliseconds. */
export function measureHelp(main: string): number {
  const before = endedChildrenCpuUs();
  const { status } = spawnSync(process.execPath, [main, '--help']);
  if (status !== 0) throw new Error(`--help ended with ${status}.`);
  return (endedChildrenCpuUs() - before) / 1000;
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).status === 200;
  } catch {
    return false;
  }
}
