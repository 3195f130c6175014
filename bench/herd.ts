import { resolve } from 'node:path';
import { jwt } from '../test/support/service/credentials.ts';
import { startBareFleet, startFleet } from './herd/start-fleet.ts';
import { storm, warmUp, type Scenario, type Storm } from './herd/storm.ts';
import { readArguments, storesOf } from './parts/arguments.ts';
import { openPlace, type StoreKind } from './parts/databases.ts';
import { markdownTable, rounded, shown, spreadOf } from './parts/figures.ts';
import { machineLoad } from './parts/process-cost.ts';
import { HERE, TOKEN_PATH } from './parts/start-evergrant.ts';

const options = readArguments(
  'How long a herd waits that asks several services for tokens which have just ended: all for one grant, and some for each ' +
    'of many. The calls upstream are counted, and must be as many as grants.',
  {
    stores: { default: 'sqlite,postgres', meaning: 'which databases' },
    rounds: { default: '3', meaning: 'how often each storm is measured' },
    callers: { default: '10000', meaning: 'how many call at once' },
    grants: { default: '1000', meaning: 'how many grants they call for in the second scenario' },
    processes: { default: '4', meaning: 'how many services share the database' },
    'latency-ms': { default: '150', meaning: 'how long the provider takes to answer' },
    scenarios: { default: 'one,many', meaning: 'one grant, many grants' },
    against: { default: '', meaning: 'the folder of another checkout' },
  },
);

const results: object[] = [];
for (const kind of storesOf(options.stores)) {
  for (const scenario of options.scenarios.split(',')) {
    results.push({ store: kind, scenario, ...(await measure(kind, scenarioOf(scenario))) });
  }
}
if (options.json) console.log(JSON.stringify(results));

async function measure(kind: StoreKind, scenario: Scenario) {
  await using started = new AsyncDisposableStack();
  const place = started.use(await openPlace(kind));
  const checkouts = [{ name: 'evergrant', checkout: HERE }];
  if (options.against !== '') checkouts.push({ name: options.against, checkout: resolve(options.against) });
  const subjects = Array.from({ length: scenario.grants }, (_, index) => `user-${index}`);
  const size = { processes: Number(options.processes), latencyMs: Number(options['latency-ms']), subjects, place };
  const fleets = [];
  for (const each of checkouts) fleets.push(started.use(await startFleet({ ...each, ...size })));
  fleets.push(started.use(await startBareFleet(size)));
  for (const fleet of fleets) await warmUp(fleet, scenario);
  const rounds: Storm[][] = fleets.map(() => []);
  for (let round = 1; round <= Number(options.rounds); round++) {
    for (const [index, fleet] of fleets.entries()) rounds[index]?.push(await storm(fleet, scenario));
    console.error(`${kind}, ${scenario.name}: round ${round} of ${options.rounds} done, load ${machineLoad()}`);
  }
  const rows = fleets.map(({ name }, index) => rowOf(name, rounds[index] ?? [], rounds[0] ?? []));
  if (!options.json) console.log(`\n## ${kind}, ${scenario.name}, load ${machineLoad()}\n\n${markdownTable(rows)}\n`);
  return { rounds: Object.fromEntries(fleets.map(({ name }, index) => [name, rounds[index]])) };
}

/** Every caller of many grants has a credential of its own; those of one grant are the pages of one user. */
function scenarioOf(name: string): Scenario {
  const [callers, processes] = [Number(options.callers), Number(options.processes)];
  if (name !== 'one' && name !== 'many') throw new Error(`There is no scenario "${name}"; there are one and many.`);
  const grants = name === 'one' ? 1 : Number(options.grants);
  const only = jwt('user-0');
  return {
    name: `${callers} callers of ${name === 'one' ? 'one grant' : `${grants} grants`}`,
    grants,
    callers: Array.from({ length: callers }, (_, index) => ({
      bearer: name === 'one' ? only : jwt(`user-${index % grants}`, { jti: `${index}` }),
      // Those of one grant are spread over all services.
      service: (index + Math.floor(index / grants)) % processes,
      path: TOKEN_PATH,
    })),
  };
}

function rowOf(name: string, own: readonly Storm[], evergrant: readonly Storm[]) {
  return {
    contestant: name,
    'all answered after ms': shown(spreadOf(own.map(({ tookMs }) => tookMs))),
    'evergrant’s of its': shown(spreadOf(own.map(({ tookMs }, index) => (evergrant[index]?.tookMs ?? NaN) / tookMs))),
    'p50 ms': shown(spreadOf(own.map(({ waits }) => waits.p50))),
    'calls upstream': own.map(({ upstreamCalls }) => upstreamCalls).join(', '),
    'not served': own.map(({ unserved }) => shownUnserved(unserved)).join(', '),
    'CPU µs a caller': rounded(spreadOf(own.map(({ cpuMicros }) => cpuMicros)).median),
  };
}

function shownUnserved(unserved: Storm['unserved']): string {
  return (
    Object.entries(unserved)
      .map(([what, count]) => `${count} times ${what}`)
      .join(' and ') || '0'
  );
}
