import { resolve } from 'node:path';
import { bearersOf, startContestants, type Contestant } from './cold/contestants.ts';
import { drive, type ColdRound } from './cold/drive.ts';
import { readArguments, storesOf } from './parts/arguments.ts';
import { openPlace, type StoreKind } from './parts/databases.ts';
import { durationsOf, markdownTable, rounded, shown, spreadOf } from './parts/figures.ts';
import { machineLoad } from './parts/process-cost.ts';

const options = readArguments(
  'What a cold refresh costs beside the least that one can cost, and beside another checkout; in turns within one run.',
  {
    stores: { default: 'sqlite,postgres', meaning: 'which databases' },
    rounds: { default: '4', meaning: 'how often each is measured' },
    seconds: { default: '3', meaning: 'how long each time' },
    'warm-up': { default: '5', meaning: 'seconds that each runs before it is measured' },
    callers: { default: '32', meaning: 'how many call at once' },
    grants: { default: '2000', meaning: 'how many grants they call for' },
    against: { default: '', meaning: 'the folder of another checkout' },
  },
);

const results: object[] = [];
for (const kind of storesOf(options.stores)) results.push({ store: kind, ...(await measure(kind)) });
if (options.json) console.log(JSON.stringify(results));

async function measure(kind: StoreKind) {
  await using started = new AsyncDisposableStack();
  const place = started.use(await openPlace(kind));
  const grants = Number(options.grants);
  const bearers = bearersOf(grants);
  const contestants = await startContestants(place, grants, options.against === '' ? '' : resolve(options.against));
  for (const each of contestants) started.use(each);
  const turn = (contestant: Contestant, seconds: number) =>
    drive(contestant, { bearers, seconds, callers: Number(options.callers), databasePids: place.pids() });
  for (const each of contestants) await turn(each, Number(options['warm-up']));
  say(`${kind}: all are warm`);
  const rounds: ColdRound[][] = contestants.map(() => []);
  for (let round = 1; round <= Number(options.rounds); round++) {
    for (const [index, each] of contestants.entries()) rounds[index]?.push(await turn(each, Number(options.seconds)));
    say(`${kind}: round ${round} of ${options.rounds} done, load ${machineLoad()}`);
  }
  const rows = contestants.map(({ name }, index) => rowOf(name, rounds[index] ?? [], rounds));
  if (!options.json) console.log(`\n## ${kind}, load ${machineLoad()}\n\n${markdownTable(rows)}\n`);
  return { rounds: Object.fromEntries(contestants.map(({ name }, index) => [name, rounds[index]])) };
}

/** Ratios are of one round each, as the machine is another in the next. */
function rowOf(name: string, own: readonly ColdRound[], [limit = [], evergrant = []]: readonly ColdRound[][]) {
  const spread = (of: (round: ColdRound, index: number) => number) => shown(spreadOf(own.map(of)));
  const waits = own.map((round) => round.waits);
  return {
    contestant: name,
    refreshes: own.reduce((sum, { refreshes }) => sum + refreshes, 0),
    'own CPU µs': spread(({ cpuMicros }) => cpuMicros),
    'of the limit’s': spread(({ cpuMicros }, index) => cpuMicros / (limit[index]?.cpuMicros ?? NaN)),
    'database CPU µs': spread(({ databaseCpuMicros }) => databaseCpuMicros),
    'a second': spread(({ perSecond }) => perSecond),
    'evergrant’s of its': spread(({ perSecond }, index) => (evergrant[index]?.perSecond ?? NaN) / perSecond),
    commits: spread(({ commits }) => commits),
    'write calls': spread(({ writes }) => writes),
    'p50 / p99 ms': `${durationsOf(waits.map(({ p50 }) => p50)).p50} / ${rounded(Math.max(...waits.map(({ p99 }) => p99)))}`,
  };
}

function say(what: string): void {
  console.error(what);
}
