import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { openPlace, type StoreKind } from '../../bench/parts/databases.ts';
import { fill } from '../../bench/scale/fill.ts';
import { idOfLive } from '../../bench/scale/id-of-live.ts';
import { openBenchStores } from '../../bench/scale/open-bench-stores.ts';
import { openRawRows } from '../../bench/scale/raw-rows.ts';
import { replacedIn } from '../../bench/scale/report.ts';
import { statementsOf } from '../../bench/scale/statements.ts';
import { inMemory } from '../support/stores/start-postgres.ts';

const REALM = 'instant http://127.0.0.1:1 bench';
const GRANTS = 40;
const SIZE = { realm: REALM, grants: GRANTS, exchangesEach: 10, realSubjects: 6, say: () => undefined };
const MONTH_MS = 30 * 86_400_000;

async function filled(kind: StoreKind) {
  await using started = new AsyncDisposableStack();
  const place = started.use(await openPlace(kind, { within: inMemory() }));
  const database = started.use(await place.create());
  const bytes = await fill(database, SIZE);
  const rows = started.use(await openRawRows(database.url));
  const { stores } = started.use(await openBenchStores(database.url));
  const parts = started.move();
  return { stores, rows, bytes, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

for (const kind of ['sqlite', 'postgres'] as const) {
  describe(`a database filled for a bench, on ${kind}`, async () => {
    const scene = await filled(kind);
    after(() => scene[Symbol.asyncDispose]());
    const { stores, rows, bytes } = scene;

    it('is what the stores take for one that has run for a month', async () => {
      assert.ok(bytes > 0);
      const live = await stores.grants.view(REALM, 'live-7');
      assert.equal(live?.grantId, idOfLive(7));
      assert.equal(live.current?.exchangeId, 10);
      assert.ok(live.current.expiresAt > Date.now());
      const idle = await stores.grants.view(REALM, 'idle-7');
      assert.ok(idle?.current !== undefined && idle.current.expiresAt <= Date.now());
      assert.equal((await stores.grants.view(REALM, 'dead-7'))?.current, undefined);
      // Those that can be renewed alone, among all that ended before anybody did.
      const due = await stores.upkeep.due(REALM, 100);
      assert.deepEqual(
        due.map(({ subject }) => subject.split('-')[0]),
        ['real', 'real'],
      );
      const real = await stores.grants.view(REALM, due[0]?.subject ?? '');
      assert.match(real?.current?.refreshToken()?.reveal() ?? '', /^r\.real-/);
      const counts = [];
      for (const table of ['credentials', 'exchanges']) {
        counts.push(Number((await rows.query(`select count(*) as n from ${table}`))[0].n));
      }
      assert.deepEqual(counts, [GRANTS * 11 + GRANTS / 2 + 12, GRANTS * 12 + 12]);
      // Two exchanges of each are old enough, and nothing of the dead.
      let forgotten = 0;
      const retention = { factsMs: MONTH_MS, tokensMs: MONTH_MS, lostMs: MONTH_MS * 12, irreparable: [] };
      for (let isMore = true; isMore;) {
        const bite = await stores.upkeep.forget(retention, 500);
        assert.ok(bite.kind === 'forgotten');
        forgotten += bite.count;
        ({ isMore } = bite);
      }
      assert.ok(forgotten >= 2 * 2 * GRANTS, `${forgotten} rows`);
      const [dead] = await rows.query(`select count(*) as n from credentials where end_reason = 'rejected'`);
      assert.equal(Number(dead.n), GRANTS / 2);
    });

    it('lets every statement be asked', async () => {
      for (const statement of statementsOf({
        stores,
        realm: REALM,
        grants: GRANTS,
        query: rows.query,
        idOf: idOfLive,
      })) {
        await statement.before?.();
        const took = await statement.ask(0);
        assert.ok(
          Object.values(took).every((ms) => ms > 0),
          `${statement.name}: ${JSON.stringify(took)}`,
        );
      }
    });
  });
}

describe('what a bench writes into a page', () => {
  it('takes the place of what it wrote before', () => {
    const page = 'a\n<!-- x -->\nold\n<!-- end of x -->\nb\n';
    assert.equal(replacedIn(page, 'x', 'new'), 'a\n<!-- x -->\n\nnew\n\n<!-- end of x -->\nb\n');
    assert.throws(() => replacedIn(page, 'y', 'new'), /no place/);
  });
});
