import { durationsOf, type Durations } from '../parts/figures.ts';
import { residentMiB } from '../parts/process-cost.ts';
import { idOfLive } from './id-of-live.ts';
import { openBenchStores } from './open-bench-stores.ts';
import { openRawRows } from './raw-rows.ts';
import { statementsOf } from './statements.ts';

/** What a process of its own found that opened the stores on a filled database. */
export interface TimedStatements {
  readonly openedInMs: number;
  readonly residentMiB: number;
  readonly statements: Readonly<Record<string, Durations>>;
}

/** No statement is asked for longer, however often it should be; in milliseconds. */
const LONGEST_MS = 20_000;
const LEAST_TIMES = 3;

const [url = '', realm = '', grants = '0'] = process.argv.slice(2);
const begun = performance.now();
const opened = await openBenchStores(url);
const openedInMs = performance.now() - begun;
const rows = await openRawRows(url);
const { stores } = opened;
const each = new Map<string, number[]>();
for (const { name, times, ask, before } of statementsOf({
  stores,
  realm,
  grants: Number(grants),
  query: rows.query,
  idOf: idOfLive,
})) {
  await before?.();
  // Once for what is prepared the first time.
  await ask(-1);
  const end = performance.now() + LONGEST_MS;
  for (let turn = 0; turn < times && (turn < LEAST_TIMES || performance.now() < end); turn++) {
    for (const [part, ms] of Object.entries(await ask(turn))) {
      const known = each.get(part);
      if (known === undefined) each.set(part, [ms]);
      else known.push(ms);
    }
  }
  console.error(`  ${name}`);
}
const statements = Object.fromEntries([...each].map(([name, ms]) => [name, durationsOf(ms)]));
const result: TimedStatements = { openedInMs, residentMiB: residentMiB(process.pid), statements };
await rows[Symbol.asyncDispose]();
await opened[Symbol.asyncDispose]();
process.send?.(result, () => process.exit());
