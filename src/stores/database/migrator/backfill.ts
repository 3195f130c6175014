import { setTimeout as delay } from 'node:timers/promises';
import { literal, type Run } from './migrator-connection.ts';
import { noteDone, noteReached, stepState } from './journal.ts';
import { howFar } from './progress.ts';
import type { StepContext } from './step-context.ts';
import type { BackfillStep } from './step.ts';

const ROWS = { first: 200, least: 50, most: 5_000 };
/** How long a batch should take, in milliseconds: callers who write to the same rows wait for it. */
const BATCH_MS = 60;
/** The pause after a batch: a share of the time that it took, and at least this many milliseconds. */
const PAUSE = { share: 0.5, leastMs: 4 };

/** Changes many rows in small transactions. Each one records how far it came, and a later run resumes there. */
export async function backfill(
  { connection, claim, progress, migration }: StepContext,
  step: BackfillStep,
): Promise<void> {
  const begun = await connection.transact((run) => stepState(run, migration.id, step.name));
  const since = { done: begun?.walked ?? 0, at: performance.now() };
  const total = await connection.transact((run) => aboutHowMany(run, connection.types.dialect, step.table));
  let cursor = begun?.cursor;
  let done = since.done;
  let atOnce = ROWS.first;
  for (;;) {
    const beganAt = performance.now();
    const batch = await connection.transact(async (run) => {
      await claim.hold(run);
      const range = await nextRange(run, step, cursor, atOnce);
      if (range === undefined) {
        await noteDone(run, migration.id, step.name);
        return undefined;
      }
      const above = (column: string) => (cursor === undefined ? '' : `${column} > ${keyLiteral(step, cursor)} and `);
      await run(step.statement((column) => `${above(column)}${column} <= ${keyLiteral(step, range.end)}`));
      await noteReached(run, migration.id, step.name, range.end, range.count);
      return range;
    });
    if (batch === undefined) return;
    cursor = batch.end;
    done += batch.count;
    const tookMs = performance.now() - beganAt;
    const far = () => howFar(done, total, { done: since.done, ms: performance.now() - since.at });
    progress.tell(() => `Migration "${migration.name}", ${step.name}: ${far()}.`);
    atOnce = Math.round(Math.min(ROWS.most, Math.max(ROWS.least, atOnce * Math.min(2, BATCH_MS / tookMs))));
    await delay(Math.max(PAUSE.leastMs, tookMs * PAUSE.share));
  }
}

/** The last key of the next batch of rows, and their number; undefined where none are left. */
async function nextRange(
  run: Run,
  step: BackfillStep,
  cursor: string | undefined,
  atOnce: number,
): Promise<{ end: string; count: number } | undefined> {
  const { key, table } = step;
  const rest = cursor === undefined ? '' : `where ${key} > ${keyLiteral(step, cursor)}`;
  const [row] = await run<{ reached: string | number | null; count: number }>(
    `select max(r.${key}) as reached, count(*) as count
      from (select ${key} from ${table} ${rest} order by ${key} limit ${atOnce}) r`,
  );
  return row?.reached == null ? undefined : { end: String(row.reached), count: row.count };
}

function keyLiteral({ keyType }: BackfillStep, key: string): string {
  return literal(keyType === 'integer' ? Number(key) : key);
}

async function aboutHowMany(run: Run, dialect: 'sqlite' | 'postgres', table: string): Promise<number> {
  const counted =
    dialect === 'sqlite'
      ? `select count(*) as count from ${table}`
      : `select cast(reltuples as bigint) as count from pg_class where oid = to_regclass('${table}')`;
  const [row] = await run<{ count: number }>(counted);
  return Math.max(0, row?.count ?? 0);
}
