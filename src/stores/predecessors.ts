import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { Database } from './schema.ts';
import type { SqlDatabase } from './sql-database.ts';

/** One for the process, however many copies of this module a bundler or a reload has made. */
const HOLDERS_HERE: Set<string> = ((globalThis as Record<symbol, unknown>)[Symbol.for('evergrant.holders')] ??=
  new Set<string>()) as Set<string>;

/** Names this process among all that ever opened an exchange: machine, process id, and a word of its own. */
export function holderName(): string {
  const name = `${machineName()}:${process.pid}:${randomUUID()}`;
  HOLDERS_HERE.add(name);
  return name;
}

/** Process ids mean something only within one boot of one machine and one container on it. */
function machineName(): string {
  return [hostname(), text('/proc/sys/kernel/random/boot_id'), link('/proc/self/ns/pid')].join('/');
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/**
 * Closes, as `unknown`, the exchanges left open by processes of this machine that are gone, so that a restart never
 * waits for a lease to run out.
 *
 * @returns how many were closed
 */
export async function closeExchangesOfTheDead(database: SqlDatabase, holder: string): Promise<number> {
  return database.transact(async (transaction) => {
    const open = await transaction
      .selectFrom('exchanges')
      .select(['grant_id', 'id', 'holder'])
      .where('finished_at', 'is', null)
      .execute();
    const now = database.now();
    let closed = 0;
    for (const orphan of open.filter((exchange) => isDead(exchange.holder, holder))) {
      if (await closeAsUnknown(transaction, orphan.grant_id, orphan.id, now)) closed += 1;
    }
    return closed;
  });
}

/**
 * Closes the open exchange of one grant if nobody holds it any more: as `unknown` where its holder is known to be gone,
 * and otherwise, when its lease has run out, without an outcome, because its holder may yet come back with one.
 *
 * @param now the database's time
 * @returns whether there was one to close
 */
export async function closeForsaken(
  transaction: Transaction<Database>,
  grantId: string,
  holder: string,
  now: RawBuilder<number>,
): Promise<boolean> {
  const { rows } = await sql<{ id: number; holder: string; lapsed: number }>`
    select id, holder, case when lease_until <= ${now} then 1 else 0 end as lapsed
    from exchanges where grant_id = ${grantId} and finished_at is null`.execute(transaction);
  const [open] = rows;
  if (open === undefined) return false;
  if (isDead(open.holder, holder)) return closeAsUnknown(transaction, grantId, open.id, now);
  if (open.lapsed === 0) return false;
  // Its holder may have renewed it at this very moment.
  const { numUpdatedRows } = await transaction
    .updateTable('exchanges')
    .set({ finished_at: now })
    .where('grant_id', '=', grantId)
    .where('id', '=', open.id)
    .where('finished_at', 'is', null)
    .where('lease_until', '<=', now)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

async function closeAsUnknown(
  transaction: Transaction<Database>,
  grantId: string,
  exchangeId: number,
  now: RawBuilder<number>,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('exchanges')
    .set({ finished_at: now, outcome: 'unknown', outcome_at: now, detail: 'the process ended before the answer' })
    .where('grant_id', '=', grantId)
    .where('id', '=', exchangeId)
    .where('finished_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

/** True where the holder is a process of this machine, and gone. */
export function isDead(theirs: string, ours: string): boolean {
  const [theirMachine, theirPid] = splitHolder(theirs);
  const [ourMachine, ourPid] = splitHolder(ours);
  if (theirMachine !== ourMachine) return false;
  // Under our own process id, whoever isn't of this very process had it before us.
  return theirPid === ourPid ? !HOLDERS_HERE.has(theirs) : !isRunning(theirPid);
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
