import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, storesOf } from './parts/arguments.ts';
import { openPlace, type BenchDatabase, type DatabasePlace, type StoreKind } from './parts/databases.ts';
import { machineLoad } from './parts/process-cost.ts';
import { HERE } from './parts/start-evergrant.ts';
import { startProgram } from './parts/start-program.ts';
import { startInstantProvider, type InstantProvider } from './parts/start-provider.ts';
import { fill } from './scale/fill.ts';
import { realmOf } from './scale/realm.ts';
import { plotOf, replacedIn, tablesOf, type SizeResult } from './scale/report.ts';
import type { ReadyToTime, Timed } from './scale/time-statements.ts';
import { watchUpkeep } from './scale/watch-upkeep.ts';

const options = readArguments(
  'Whether anything grows with the number of grants: every hot statement, upkeep, memory, start and size. Beside so many grants ' +
    'in use there are as many tokens that ended unrenewed, and half as many dead grants.',
  {
    stores: { default: 'sqlite,postgres', meaning: 'which databases' },
    grants: { default: '1000,100000', meaning: 'the sizes; a million takes some 20 GB for a while' },
    exchanges: { default: '10', meaning: 'how many each grant has had' },
    'upkeep-seconds': {
      default: '65',
      meaning: 'how long each service is left to its upkeep; every chore comes up in 60',
    },
    write: {
      default: '',
      meaning: 'a page to put the tables into, docs/performance.md, and the plots beside its pictures',
    },
  },
);

const begun = performance.now();
const results: SizeResult[] = [];
for (const store of storesOf(options.stores)) {
  const own = await measure(store);
  results.push(...own);
  const tables = tablesOf(own);
  if (!options.json) console.log(`\n## ${store}\n\n${tables}\n`);
  if (options.write !== '') write(store, own, tables);
}
if (options.json) console.log(JSON.stringify(results));

/** All sizes are filled first, so that what is compared is measured at the same time. */
async function measure(store: StoreKind): Promise<SizeResult[]> {
  await using started = new AsyncDisposableStack();
  const settings = ['max_wal_size=4GB', 'checkpoint_timeout=15min'];
  const place = started.use(await openPlace(store, { settings }));
  const scenes: Scene[] = [];
  // The largest first: what ended lately in the others would have ended long ago by the time that it is there.
  for (const grants of sizes().toReversed()) scenes.unshift(await sceneOf(place, grants));
  for (const scene of scenes) started.use(scene);
  const timed = await timeInTurn(scenes.map(({ database, realm, grants }) => [database.url, realm, String(grants)]));
  const all: SizeResult[] = [];
  for (const [index, { database, provider, grants, bytes }] of scenes.entries()) {
    say(`${store}: upkeep of ${grants} grants`);
    const service = await watchUpkeep(database, provider.url, Number(options['upkeep-seconds']));
    all.push({ store, grants, bytes, load: machineLoad(), ...timed[index]!, service });
  }
  return all;
}

function sizes(): number[] {
  return options.grants
    .split(',')
    .map(Number)
    .sort((a, b) => a - b);
}

/** A filled database, and the provider of its grants. */
interface Scene extends AsyncDisposable {
  readonly database: BenchDatabase;
  readonly provider: InstantProvider;
  readonly realm: string;
  readonly grants: number;
  readonly bytes: number;
}

async function sceneOf(place: DatabasePlace, grants: number): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await place.create());
  const provider = started.use(await startInstantProvider());
  const realm = await realmOf(provider.url);
  const told = (what: string) => {
    say(`${database.kind}, ${grants} grants: ${what}`);
  };
  const bytes = await fill(database, { realm, grants, exchangesEach: Number(options.exchanges), say: told });
  const parts = started.move();
  return { database, provider, realm, grants, bytes, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Each statement in turn on all databases, whose processes are given these arguments. */
async function timeInTurn(all: readonly string[][]): Promise<Pick<SizeResult, 'openedInMs' | 'statements'>[]> {
  using started = new DisposableStack();
  const programs = [];
  for (const args of all) {
    const file = new URL('scale/time-statements.ts', import.meta.url);
    programs.push(started.use(await startProgram<ReadyToTime>(file, args)));
  }
  const statements: Timed[] = programs.map(() => ({}));
  for (let step = 0; step < (programs[0]?.ready.count ?? 0); step++) {
    for (const [index, program] of programs.entries()) {
      const answered = once(program.process, 'message');
      program.process.send('next');
      const [timed] = (await answered) as [Timed];
      statements[index] = { ...statements[index], ...timed };
      say(`${all[index]?.[2]} grants: ${Object.keys(timed).join(', ')}`);
    }
  }
  return programs.map(({ ready }, index) => ({ openedInMs: ready.openedInMs, statements: statements[index] ?? {} }));
}

function write(store: StoreKind, own: readonly SizeResult[], tables: string): void {
  const page = join(HERE, options.write);
  const command = ['npm run bench:scale --', ...process.argv.slice(2)].join(' ');
  const head = `\`${command}\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}.`;
  const picture = `![Durations of hot statements on ${store} by the number of grants](pictures/growth-${store}.svg)`;
  const text = `${head}\n\n${tables}\n\n${picture}`;
  writeFileSync(page, replacedIn(readFileSync(page, 'utf8'), `bench:scale ${store}`, text));
  writeFileSync(join(HERE, 'docs/pictures', `growth-${store}.svg`), plotOf(store, own));
}

function say(what: string): void {
  console.error(`${Math.round((performance.now() - begun) / 1000)} s: ${what}`);
}
