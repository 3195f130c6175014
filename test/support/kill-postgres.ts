import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ends the server on this data without a checkpoint: by its own immediate shutdown (SIGQUIT), or by SIGKILL of the postmaster. */
export async function killPostgres(databaseDir: string, how: 'SIGQUIT' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
  const pid = Number((await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, how);
  while (isRunning(pid)) await sleep(20);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
