import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, storesOf } from './parts/arguments.ts';
import { openPlace, type DatabasePlace, type StoreKind } from './parts/databases.ts';
import { machineLoad } from './parts/process-cost.ts';
import { HERE } from './parts/start-evergrant.ts';
import { startProgram } from './parts/start-program.ts';
import { startInstantProvider } from './parts/start-provider.ts';
import { fill } from './scale/fill.ts';
import { realmOf } from './scale/realm.ts';
import { plotOf, replacedIn, tablesOf, type SizeResult } from './scale/report.ts';
import type { TimedStatements } from './scale/time-statements.ts';
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
      meaning: 'how long the service is left to its upkeep; each chore comes up in 60',
    },
    write: {
      default: '',
      meaning: 'a page to put the tables into, docs/performance.md, and the plots beside its pictures',
    },
  },
);

const results: SizeResult[] = [];
for (const store of storesOf(options.stores)) {
  const own: SizeResult[] = [];
  await using place = await openPlace(store, { settings: ['max_wal_size=4GB', 'checkpoint_timeout=15min'] });
  for (const grants of options.grants.split(',').map(Number)) own.push(await measure(store, place, grants));
  results.push(...own);
  const tables = tablesOf(own);
  if (!options.json) console.log(`\n## ${store}\n\n${tables}\n`);
  if (options.write !== '') write(store, own, tables);
}
if (options.json) console.log(JSON.stringify(results));

async function measure(store: StoreKind, place: DatabasePlace, grants: number): Promise<SizeResult> {
  const begun = performance.now();
  const say = (what: string) => {
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.error(`${store}, ${grants} grants, ${seconds} s: ${what}`);
  };
  await using database = await place.create();
  using provider = await startInstantProvider();
  const realm = await realmOf(provider.url);
  const bytes = await fill(database, { realm, grants, exchangesEach: Number(options.exchanges), say });
  say('statements');
  const timed = await timeStatements([database.url, realm, String(grants)]);
  say('upkeep');
  const service = await watchUpkeep(database, provider.url, Number(options['upkeep-seconds']));
  say('done');
  return { store, grants, bytes, load: machineLoad(), timed, service };
}

async function timeStatements(args: readonly string[]): Promise<TimedStatements> {
  using program = await startProgram<TimedStatements>(new URL('scale/time-statements.ts', import.meta.url), args);
  return program.ready;
}

function write(store: StoreKind, own: readonly SizeResult[], tables: string): void {
  const page = join(HERE, options.write);
  writeFileSync(page, replacedIn(readFileSync(page, 'utf8'), `bench:scale ${store}`, tables));
  writeFileSync(join(HERE, 'docs/pictures', `growth-${store}.svg`), plotOf(store, own));
}
