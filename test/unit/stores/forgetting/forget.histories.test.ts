import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OpenExchange } from '../../../../src/grants/exchange.ts';
import { seededRandom } from '../../../support/seeded-random.ts';
import { effort } from '../../../support/effort.ts';
import { formerForgetting } from '../contracts/upkeep/former-forgetting.ts';
import { ACCOUNT_GONE, HOUR_MS, REALM, REJECTED, UNKNOWN } from '../../../support/stores/one-grant.ts';
import { sqliteSqlPlace } from '../../../support/stores/sql-place.ts';
import { DAY_MS, upkeepScene, type UpkeepScene, type Wish } from '../../../support/stores/upkeep-scene.ts';

const HISTORIES = effort({ smoke: 2, proofs: 4, long: 500 });
const SEED = Number(process.env['EVERGRANT_SEED'] ?? 1);
const STEPS = 40;
const FACTS_MS = 3 * DAY_MS;
const FAILURES = [
  UNKNOWN,
  UNKNOWN,
  REJECTED,
  { ...REJECTED, recoveryPath: 'none' },
  { ...REJECTED, recoveryPath: 'replay' },
  ACCOUNT_GONE,
] as const;
const KINDS = ['refresh', 'refresh', 'refresh', 'recover', 'provision'] as const;
const PAUSES = [1, 1, 1000, HOUR_MS, HOUR_MS, DAY_MS, 2 * DAY_MS];

/** One of two databases in which the same happens. */
interface World {
  readonly scene: UpkeepScene;
  readonly open: Map<string, OpenExchange>;
  /** The ids of all grants there ever were, in the order in which they were made. */
  readonly grantIds: string[];
  forget(factsMs: number, tokensMs: number): Promise<void>;
}

async function worlds(): Promise<World[]> {
  const [former, present] = [await upkeepScene(sqliteSqlPlace), await upkeepScene(sqliteSqlPlace)];
  const world = (scene: UpkeepScene, forget: World['forget']) => ({ scene, open: new Map(), grantIds: [], forget });
  return [
    world(former, async (factsMs, tokensMs) => {
      const now = former.clock.now();
      for (const statement of formerForgetting({ facts: now - factsMs, tokens: now - tokensMs }))
        await former.place.query(statement);
    }),
    world(present, async (factsMs, tokensMs) => {
      const now = present.clock.now();
      await present.forget(now - factsMs, { tokensBefore: now - tokensMs, limit: 3, irreparable: [] });
    }),
  ];
}

/** One thing that happens, in both; what it is is drawn beforehand. */
function drawStep(random: () => number): (world: World) => Promise<void> {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const subject = pick(['alice', 'bob']);
  const [what, kind, failure, pause, back] = [random(), pick(KINDS), pick(FAILURES), pick(PAUSES), random()];
  const lifeMs = pick([HOUR_MS, HOUR_MS, 5 * DAY_MS]);
  const refresh = random() < 0.9;
  return async (world) => {
    const { scene, open } = world;
    const begin = async (): Promise<OpenExchange | undefined> => {
      const view = await scene.store.view(REALM, subject);
      if (view !== undefined && (await scene.store.exchangeStatus(view.grantId)).held) return undefined;
      const current = view?.current?.exchangeId;
      const presentedId = kind !== 'refresh' || current === undefined ? undefined : current - (back < 0.2 ? 1 : 0);
      const wish: Wish = { kind, ...(presentedId !== undefined && presentedId > 0 ? { presentedId } : {}) };
      return scene.open(subject, wish);
    };
    if (what < 0.4) {
      const exchange = await begin();
      if (exchange !== undefined) await scene.finish(exchange, { lifeMs, refresh });
    } else if (what < 0.6) {
      const exchange = await begin();
      if (exchange !== undefined) await scene.store.finishFailed(exchange, failure);
    } else if (what < 0.7) {
      const exchange = await begin();
      if (exchange !== undefined) open.set(subject, exchange);
    } else if (what < 0.8) {
      const late = open.get(subject);
      open.delete(subject);
      if (late !== undefined && back < 0.7) await scene.finish(late, { lifeMs, refresh });
      else if (late !== undefined) await scene.store.finishFailed(late, failure);
    } else if (what < 0.84) {
      await leave(world, subject);
    }
    await noteGrants(world);
    await scene.clock.advance(pause);
  };
}

/** The subject leaves, and the grant that it was alone with is erased. */
async function leave({ scene }: World, subject: string): Promise<void> {
  const { connections } = await scene.place.openAll();
  await connections.disconnect(REALM, subject);
  await scene.clock.advance(HOUR_MS);
  const forsaken = await connections.claimOrphanedGrant(REALM);
  if (forsaken !== undefined) await connections.erase(forsaken.exchange);
}

async function noteGrants({ scene, grantIds }: World): Promise<void> {
  for (const { id } of await scene.place.query('select id from grants order by rowid'))
    if (!grantIds.includes(String(id))) grantIds.push(String(id));
}

/** What is there of everything, with grants named by their order. */
async function remains({ scene, grantIds }: World) {
  const named = async (columns: string, table: string) =>
    (await scene.place.query(`select grant_id, ${columns} from ${table} order by ${columns}`))
      .map((row) => [grantIds.indexOf(String(row['grant_id'])), ...Object.values(row).slice(1)].join(' '))
      .sort();
  return {
    events: await named('number, type, reason', 'events'),
    credentials: await named('exchange_id, ended_at, end_reason', 'credentials'),
    exchanges: await named('id, kind, outcome', 'exchanges'),
  };
}

async function seen({ scene, grantIds }: World) {
  return Promise.all(
    ['alice', 'bob'].map(async (subject) => {
      const view = await scene.store.view(REALM, subject);
      if (view === undefined) return undefined;
      const { last, ...claims } = await scene.store.exchangeStatus(view.grantId);
      const replayed = view.current === undefined ? await scene.store.lastExchanged(view.grantId) : undefined;
      const { unsettled, backoff, integratedAt, current } = view;
      const numbers = [grantIds.indexOf(view.grantId), current?.exchangeId, last?.exchangeId, replayed?.exchangeId];
      return { unsettled, backoff, integratedAt, claims, numbers };
    }),
  );
}

describe('forgetting, beside what it did before', () => {
  for (const tokensMs of [FACTS_MS, DAY_MS]) {
    it(`leaves the same of ${HISTORIES} histories, with tokens kept for ${tokensMs / DAY_MS} days`, async () => {
      for (let seed = SEED; seed < SEED + HISTORIES; seed++) {
        const random = seededRandom(seed);
        const both = await worlds();
        const same = async (look: (world: World) => Promise<unknown>, when: string) => {
          const [former, present] = [await look(both[0]!), await look(both[1]!)];
          assert.deepEqual(present, former, `seed ${seed}, ${when}`);
        };
        for (let step = 0; step < STEPS; step++) {
          const happen = drawStep(random);
          const isForgotten = random() < 0.3;
          for (const world of both) {
            await happen(world);
            if (isForgotten) await world.forget(FACTS_MS, tokensMs);
          }
          await same(seen, `step ${step}`);
        }
        // Until everything is old that has happened, and has been looked at twice.
        for (let day = 0; day < 12; day++) {
          for (const world of both) {
            await world.scene.clock.advance(DAY_MS);
            await world.forget(FACTS_MS, tokensMs);
          }
        }
        await same(remains, 'in the end');
        for (const { scene } of both) await scene[Symbol.asyncDispose]();
      }
    });
  }
});
