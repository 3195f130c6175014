import { after, before, describe, it } from 'node:test';
import { postgres, sqlite, type DatabaseKind } from '../../support/races/databases.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { EFFORT, effort } from '../../support/effort.ts';
import { KINDS, MANAGED, type Kind } from './kinds.ts';
import { manyGrants, oneGrant, RACERS, TITLES } from './races.ts';
import { assertReckoning } from './reckoning.ts';
import { SCENARIOS } from './scenarios/index.ts';
import type { Judge } from './scenarios/scenario.ts';
import { startWorld, type World } from './world.ts';

/** The one that differs from another only where two calls come at once has nobody to show it: no two ever do. */
const MET = KINDS.filter(({ name }) => name !== 'races');
/** Those that differ most in what they want of the database. */
const FEW = ['rotates-always', 'rotates-never', 'revokes-family', MANAGED];
const few = MET.filter(({ name }) => FEW.includes(name));

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

// What takes its time in the short form is waiting; in the long one it is work.
describe('every kind of provider', { concurrency: EFFORT === 'long' ? 1 : 2 }, () => {
  describeKinds(sqlite, effort({ smoke: few, proofs: MET, long: MET }));
  describeKinds(postgres(server), effort({ smoke: few.slice(0, 1), proofs: few, long: MET }));
});

function describeKinds(database: DatabaseKind, kinds: readonly Kind[]): void {
  describe(`with services on ${database.name}`, { concurrency: 1 }, () => {
    let world: World;
    const judges = new Map<string, Judge>();
    before(async () => {
      const subjects = [...SCENARIOS.flatMap((scenario) => scenario.subjects), ...RACERS];
      world = await startWorld(database, kinds, subjects);
      for (const scenario of SCENARIOS) {
        const concerned = world.players.filter(({ kind }) => scenario.concerns?.(kind) ?? true);
        judges.set(scenario.title, await scenario.arrange(world, concerned));
      }
    });
    after(() => world[Symbol.asyncDispose]());
    const playerOf = ({ name }: Kind) => world.players.find(({ kind }) => kind.name === name) ?? unknown(name);

    describe('and', { concurrency: true }, () => {
      for (const { title, concerns } of SCENARIOS) {
        for (const kind of kinds.filter((each) => concerns?.(each) ?? true)) {
          it(`${kind.name}: ${title}`, () => judges.get(title)?.(playerOf(kind)));
        }
      }
    });

    for (const kind of kinds) {
      it(`${kind.name}: ${TITLES.one}`, (context) => oneGrant(context, world, playerOf(kind)));
      it(`${kind.name}: ${TITLES.many}`, (context) => manyGrants(context, world, playerOf(kind)));
    }

    it('both sides have counted the same', () => assertReckoning(world));
  });
}

function unknown(name: string): never {
  throw new Error(`nobody plays ${name}`);
}
