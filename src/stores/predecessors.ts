import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** Names this process among all that ever opened an exchange: machine, process id, and a word of its own. */
export function holderName(): string {
  return `${hostname()}:${process.pid}:${randomUUID()}`;
}

/**
 * Closes, as `unknown`, the exchanges left open by processes of this machine that are gone, so that a restart never
 * waits for a lease to run out.
 *
 * @param now epoch milliseconds
 * @returns how many were closed
 */
export async function closeExchangesOfTheDead(db: Kysely<Database>, holder: string, now: number): Promise<number> {
  const open = await db.selectFrom('exchanges').select(['id', 'holder']).where('finished_at', 'is', null).execute();
  const orphans = open.filter((exchange) => isDead(exchange.holder, holder)).map((exchange) => exchange.id);
  if (orphans.length === 0) return 0;
  await db
    .updateTable('exchanges')
    .set({ finished_at: now, outcome: 'unknown', outcome_at: now, detail: 'the process ended before the answer' })
    .where('id', 'in', orphans)
    .where('finished_at', 'is', null)
    .execute();
  return orphans.length;
}

function isDead(theirs: string, ours: string): boolean {
  const [theirHost, theirPid] = splitHolder(theirs);
  const [ourHost, ourPid] = splitHolder(ours);
  if (theirHost !== ourHost || theirs === ours) return false;
  // The same process id under another word was used again after its first owner had gone.
  return theirPid === ourPid || !isRunning(theirPid);
}

function splitHolder(holder: string): [string, number] {
  const [, host = '', pid = ''] = /^(.*):(\d+):[^:]+$/.exec(holder) ?? [];
  return [host, Number(pid)];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
