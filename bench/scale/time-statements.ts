import { durationsOf, type Durations } from '../parts/figures.ts';
import { idOfLive } from './id-of-live.ts';
import { openBenchStores } from './open-bench-stores.ts';
import { openRawRows } from './raw-rows.ts';
import { statementsOf, type Statement } from './statements.ts';

/** What a process says once it has opened the stores on a filled database. */
export interface ReadyToTime {
  readonly openedInMs: number;
  /** How many statements there are to be timed. */
  readonly count: number;
}

/** How long a statement took, by name where one turn asks several things. */
export type Timed = Readonly<Record<string, Durations>>;

/**
 * Times one statement after another, each when it is told to: so each is timed on all sizes within the same seconds, however
 * busy the machine is. Run with the database's URL, the realm, and how many grants are in use.
 */
const [url = '', realm = '', grants = '0'] = process.argv.slice(2);
/** No statement is asked for longer, however often it should be; in milliseconds. */
const LONGEST_MS = 20_000;
const LEAST_TIMES = 3;

const begun = performance.now();
await using opened = await openBenchStores(url);
const openedInMs = performance.now() - begun;
await using rows = await openRawRows(url);
const statements = statementsOf({
  stores: opened.stores,
  realm,
  grants: Number(grants),
  query: rows.query,
  idOf: idOfLive,
});
const ready: ReadyToTime = { openedInMs, count: statements.length };
let told = nextWord();
process.send?.(ready);
for (const statement of statements) {
  await told;
  const timed = await time(statement);
  told = nextWord();
  process.send?.(timed);
}
process.disconnect?.();

function nextWord(): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => {
      resolve();
    });
  });
}

async function time({ times, ask, before }: Statement): Promise<Timed> {
  await before?.();
  // Once for what is prepared the first time.
  await ask(-1);
  const end = performance.now() + LONGEST_MS;
  const each = new Map<string, number[]>();
  for (let turn = 0; turn < times && (turn < LEAST_TIMES || performance.now() < end); turn++) {
    for (const [part, ms] of Object.entries(await ask(turn))) each.set(part, [...(each.get(part) ?? []), ms]);
  }
  return Object.fromEntries([...each].map(([part, ms]) => [part, durationsOf(ms)]));
}
