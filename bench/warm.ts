import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../test/support/stores/start-postgres.ts';
import { jwt, newTrust, subjects } from './callers.ts';
import { connectAll, startUpstream } from './connect.ts';
import { load, request, type Requests } from './load.ts';
import { measured, ratios, spread, type Contestant, type Spread } from './measure.ts';
import { residentMb, startServer, type ServerProcess } from './server-process.ts';
import { measureHelp, measureStart, type Start } from './startup.ts';

/**
 * What a warm token read costs the processor, beside the least that could answer the same, and what the program costs at its
 * start. Only ratios within one run mean anything.
 */
const { values: options } = parseArgs({
  options: {
    /** Fewer and shorter rounds: under forty seconds. */
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '32' },
    users: { type: 'string' },
    /** Another checkout of this repository, to be measured beside this one. */
    against: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds ?? (options.quick ? 3 : 8));
const seconds = Number(options.seconds ?? (options.quick ? 0.5 : 1));
const users = Number(options.users ?? (options.quick ? 100 : 1_000));
const connections = Number(options.connections);

const ROOT = resolve(import.meta.dirname, '..');
const PATH = '/api/v1/bookings/token/refresh/';
const trust = newTrust();
const bearers = (alg: 'HS256' | 'ES256') => subjects(users).map((name) => `Bearer ${jwt(alg, name, trust)}`);
const [hs256, es256] = [bearers('HS256'), bearers('ES256')];
const asking = (all: readonly string[], body?: string): Requests =>
  all.map((authorization) => request(PATH, { authorization }, body));

await using started = new AsyncDisposableStack();
const start = async (file: string, given: object = {}) =>
  started.use(await startServer(file, { trust, users, ...given }));

const starts: Start[] = [];
const helps: number[] = [];
const dist = join(ROOT, 'dist/cli/main.js');
const main = existsSync(dist) ? dist : join(ROOT, 'src/cli/main.ts');
for (let round = 0; round < (options.quick ? 2 : 4); round += 1) {
  starts.push(await measureStart(main));
  helps.push(measureHelp(main));
}

const postgres = started.use(await startPostgres());
/** Evergrant with a live token for every user, on a database of its own. */
const startEvergrant = async (root: string, kind: 'sqlite' | 'postgres') => {
  // One for each: an e-mail has one account.
  const upstream = started.use(await startUpstream());
  const database = kind === 'postgres' ? { database: await postgres.createDatabase() } : {};
  const server = await start('evergrant-server.ts', { root, calComUrl: upstream.url, ...database });
  return { server, answer: await connectAll(server.ready.url + PATH, hs256) };
};
const { server: evergrant, answer } = await startEvergrant(ROOT, 'sqlite');
const { server: onPostgres } = await startEvergrant(ROOT, 'postgres');
const { access_token: token, ...body } = JSON.parse(answer) as Record<string, unknown>;
delete body['expires_in'];
const limit = await start('limit-server.ts', { token, body });
const barePg = await start('pg-server.ts', { token, body, database: await postgres.createDatabase() });
const bare = started.use(await startServer('bare-server.ts', { body: answer }));

const ofEvergrant = (prefix: string, server: ServerProcess): Contestant[] => {
  const { server: serverKey = '', users: userKeys = [] } = server.ready.keys ?? {};
  const forUsers = subjects(users).map((name) =>
    request(PATH, { authorization: `Bearer ${serverKey}`, 'evergrant-subject': name }, '{}'),
  );
  const ofUsers = asking(
    userKeys.map((key) => `Bearer ${key}`),
    '{}',
  );
  return [
    { name: `${prefix} HS256`, server, requests: asking(hs256, '{}') },
    { name: `${prefix} HS256, no body`, server, requests: asking(hs256) },
    { name: `${prefix} ES256`, server, requests: asking(es256, '{}') },
    { name: `${prefix} user key`, server, requests: ofUsers },
    { name: `${prefix} server key`, server, requests: forUsers },
  ];
};
const contestants: Contestant[] = [
  { name: 'bare node:http', server: bare, requests: asking(hs256, '{}') },
  { name: 'limit HS256', server: limit, requests: asking(hs256, '{}') },
  { name: 'limit ES256', server: limit, requests: asking(es256, '{}') },
  ...ofEvergrant('evergrant', evergrant),
  { name: 'bare pg read', server: barePg, requests: asking(hs256, '{}') },
  { name: 'evergrant on Postgres', server: onPostgres, requests: asking(hs256, '{}') },
];
if (options.against !== undefined) {
  const root = resolve(options.against);
  const { server: other } = await startEvergrant(root, 'sqlite');
  const { server: otherOnPostgres } = await startEvergrant(root, 'postgres');
  contestants.push(...ofEvergrant('other', other));
  contestants.push({ name: 'other on Postgres', server: otherOnPostgres, requests: asking(hs256, '{}') });
}

// Whatever is asked in one way is slow for those of another.
await load(evergrant.ready.url, asking(hs256, '{}'), connections, options.quick ? 1 : 4);
const slices = await measured(contestants, { rounds, seconds, connections, warmUpSeconds: options.quick ? 0.5 : 4 });

const shown = ({ median, least, most }: Spread, digits = 2) =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
const table = Object.fromEntries(
  [...slices].map(([name, each]) => [
    name,
    {
      'requests/s': shown(spread(each.map(({ perSecond }) => perSecond)), 0),
      'CPU us': shown(spread(each.map(({ cpuUs }) => cpuUs)), 1),
      'p50 / p99 ms': `${spread(each.map(({ p50Ms }) => p50Ms)).median.toFixed(1)} / ${spread(each.map(({ p99Ms }) => p99Ms)).median.toFixed(1)}`,
      'of limit HS256': shown(ratios(slices, name, 'limit HS256')),
      'of limit ES256': shown(ratios(slices, name, 'limit ES256')),
      'of bare pg read': shown(ratios(slices, name, 'bare pg read')),
    },
  ]),
);

/** A figure and what it is to reach: at least where it is a ratio, at most elsewhere. */
interface Goal {
  readonly what: string;
  readonly found: Spread;
  readonly atLeast?: number;
  readonly atMost?: number;
}
const goals: Goal[] = [
  { what: 'HS256, of the limit', found: ratios(slices, 'evergrant HS256', 'limit HS256'), atLeast: 0.9 },
  { what: 'ES256, of the ES256 limit', found: ratios(slices, 'evergrant ES256', 'limit ES256'), atLeast: 1.8 },
  { what: 'user key, of the limit', found: ratios(slices, 'evergrant user key', 'limit HS256'), atLeast: 0.85 },
  { what: 'server key, of the limit', found: ratios(slices, 'evergrant server key', 'limit HS256'), atLeast: 0.85 },
  { what: 'Postgres, of a bare read', found: ratios(slices, 'evergrant on Postgres', 'bare pg read'), atLeast: 0.8 },
  { what: 'start to first answer, ms', found: spread(starts.map(({ ms }) => ms)), atMost: 700 },
  { what: '--help, ms of CPU', found: spread(helps), atMost: 200 },
  { what: 'memory idle, MB', found: spread(starts.map(({ idleMb }) => idleMb)), atMost: 130 },
  { what: 'memory loaded, MB', found: spread([residentMb(evergrant.pid)]), atMost: 220 },
];
const isMissed = ({ found, atLeast = -Infinity, atMost = Infinity }: Goal) =>
  found.most < atLeast || found.least > atMost;
const missed = goals.filter(isMissed);

if (options.json) console.log(JSON.stringify({ slices: [...slices], starts, helps, goals }));
else {
  console.table(table);
  console.table(
    goals.map(({ what, found, atLeast, atMost }) => ({
      what,
      found: shown(found),
      goal: atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`,
    })),
  );
  console.log(`CPU to the first answer: ${shown(spread(starts.map(({ cpuMs }) => cpuMs)), 0)} ms (${main}).`);
}
console.log(
  missed.length === 0
    ? 'All goals are met, or missed by less than the range.'
    : `Missed by more than the range: ${missed.map(({ what }) => what).join('; ')}.`,
);
if (missed.length > 0) process.exitCode = 1;
