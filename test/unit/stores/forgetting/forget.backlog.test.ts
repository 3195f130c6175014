import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Kysely,
  PostgresAdapter,
  DummyDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
} from 'kysely';
import { dueQuery, lapsingQuery, type DueParameters } from '../../../../src/stores/upkeep/due-queries.ts';
import { effort } from '../../../support/effort.ts';
import { REALM } from '../../../support/stores/one-grant.ts';
import { postgresSqlPlace, sqliteSqlPlace, type SqlPlace } from '../../../support/stores/sql-place.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { DAY_MS, OTHER_REALM, upkeepScene, type UpkeepScene } from '../../../support/stores/upkeep-scene.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** Tokens that ended in the last quarter of an hour without having been renewed, of this provider and of another. */
const DEAD = effort({ smoke: 20_000, proofs: 200_000, long: 200_000 });
const MINUTE_MS = 60_000;
const ROUNDS = 12;

/** So many numbers from 1 on, in the words of a database. */
const SERIES = {
  SQLite: `(with recursive s(n) as (select 1 union all select n + 1 from s where n < ${DEAD}) select n from s)`,
  Postgres: `(select n from generate_series(1, ${DEAD}) n)`,
};
const BYTES = { SQLite: "x'00'", Postgres: "'\\x00'" };

/** Two grants with work to do, among very many for which it is too late. */
async function sceneOf(database: keyof typeof SERIES, openPlace: () => Promise<SqlPlace>): Promise<UpkeepScene> {
  const scene = await upkeepScene(openPlace);
  const used = await scene.obtain('alice');
  await scene.obtain('bob', { refreshLifeMs: DAY_MS });
  await scene.upkeep.noteUsed([used]);
  const now = scene.clock.now();
  const realm = `case when n % 2 = 0 then '${REALM}' else '${OTHER_REALM}' end`;
  const bytes = BYTES[database];
  for (const statement of [
    `insert into grants (id, realm, created_at) select 'dead-' || n, ${realm}, 0 from ${SERIES[database]} s`,
    `insert into connections (realm, subject, grant_id, created_at)
      select ${realm}, 'dead-' || n, 'dead-' || n, 0 from ${SERIES[database]} s`,
    `insert into exchanges (grant_id, id, nonce, lineage, kind, holder, opened_at, lease_until, finished_at, outcome, outcome_at)
      select 'dead-' || n, 1, 'nonce-' || n, '', 'refresh', 'nobody', 0, 0, 0, 'obtained', 0 from ${SERIES[database]} s`,
    `insert into credentials (exchange_id, nonce, grant_id, realm, opened_at, obtained_at, expires_at, refresh_expires_at, token_type,
        access_token, access_token_hash, refresh_token, used_at, renew_at, lapse_at)
      select e.id, e.nonce, e.grant_id, g.realm, 0, 0, ${now - MINUTE_MS}, ${now - MINUTE_MS}, 'Bearer', ${bytes}, ${bytes}, ${bytes},
        0, ${now - 10 * MINUTE_MS}, ${now - 10 * MINUTE_MS}
      from exchanges e join grants g on g.id = e.grant_id where e.grant_id like 'dead-%'`,
  ]) {
    await scene.place.query(statement);
  }
  // Both are due once the dead have been so for a little longer.
  await scene.place.query(
    `update credentials set renew_at = ${now - MINUTE_MS}, expires_at = ${now + MINUTE_MS} where renew_at > ${now}`,
  );
  await scene.place.query(`update credentials set lapse_at = ${now - MINUTE_MS} where lapse_at > ${now}`);
  return scene;
}

const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

/** The statement with its values in their places. */
function spelt(query: RawBuilder<unknown>): string {
  const { sql, parameters } = query.compile(compiler);
  return sql.replaceAll(/\$(\d+)/g, (_, n: string) => {
    const value = parameters[Number(n) - 1];
    return typeof value === 'string' ? `'${value}'` : String(value);
  });
}

const QUERIES: Record<string, (question: DueParameters) => RawBuilder<unknown>> = {
  due: dueQuery,
  lapsing: lapsingQuery,
};

describe(`a backlog of ${DEAD} tokens that ended unrenewed`, () => {
  it('is not looked at row by row in Postgres', async () => {
    await using scene = await sceneOf('Postgres', () => postgresSqlPlace(server));
    await scene.place.query('analyze');
    assert.deepEqual([await scene.due(), await scene.lapsing()], [['alice'], ['bob']]);
    for (const [name, query] of Object.entries(QUERIES)) {
      const statement = spelt(
        query({ dialect: 'postgres', realm: REALM, limit: 32, leavesUnread: true, now: scene.clock.now() }),
      );
      const [row] = await scene.place.query(`explain (analyze, format json) ${statement}`);
      const visited = rowsOf((row as any)['QUERY PLAN'][0].Plan);
      assert.ok(visited < 200, `${name} visits ${visited} rows: ${JSON.stringify(row)}`);
    }
    // As the service asks it: prepared, so that the plan may be one for any values.
    const before = await visits(scene);
    for (let round = 0; round < ROUNDS; round++) {
      await scene.upkeep.load(REALM);
      await scene.due();
      await scene.lapsing();
    }
    const visited = (await visits(scene)) - before;
    assert.ok(visited < ROUNDS * 200, `${visited} rows in ${ROUNDS} rounds`);
  });

  it('is passed over within an index in SQLite', async () => {
    await using scene = await sceneOf('SQLite', sqliteSqlPlace);
    assert.deepEqual([await scene.due(), await scene.lapsing()], [['alice'], ['bob']]);
    for (const [name, index] of [
      ['due', 'credentials_renewable (realm=? AND <expr>=? AND renew_at<?)'],
      ['lapsing', 'credentials_lapsing (realm=? AND <expr>=? AND lapse_at>? AND lapse_at<?)'],
    ] as const) {
      const statement = spelt(
        QUERIES[name]!({ dialect: 'sqlite', realm: REALM, limit: 32, leavesUnread: true, now: scene.clock.now() }),
      );
      const plan = (await scene.place.query(`explain query plan ${statement}`)).map((row) => String(row['detail']));
      assert.ok(
        plan.some((line) => line.includes(index)),
        plan.join('\n'),
      );
      // However busy the machine is, it is busy for both.
      const readingAll = await quickest(() =>
        scene.place.query('select avg(expires_at), max(used_at) from credentials'),
      );
      const asking = await quickest(() => scene.place.query(statement));
      assert.ok(asking < 3 * readingAll, `${name} takes ${asking} ms, all rows ${readingAll} ms`);
    }
  });
});

/**
 * How many rows of upkeep's tables Postgres has looked at so far. A connection tells what it did with the next statement,
 * no sooner than a second after it did so last.
 */
async function visits({ place, upkeep }: UpkeepScene): Promise<number> {
  await sleep(1_200);
  await Promise.all([upkeep.load('nobody'), place.query('select 1'), place.query('select 1')]);
  const [row] = await place.query(`select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as visits
    from pg_stat_user_tables where relname in ('credentials', 'exchanges', 'grants', 'connections')`);
  return Number(row?.['visits']);
}

/** A node of a plan, as Postgres tells it. */
interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Rows that a plan's nodes gave or threw away of tables. */
function rowsOf(node: PlanNode): number {
  const isOfTable = node['Relation Name'] !== undefined;
  const own = !isOfTable ? 0 : node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0));
  return (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), own);
}

async function quickest(work: () => Promise<unknown>): Promise<number> {
  let least = Infinity;
  for (let turn = 0; turn < 5; turn++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
