import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Secret } from '../../../../src/secret.ts';
import type { DatabaseLocation } from '../../../../src/stores/database/location.ts';
import { migrate, NewerSchemaError } from '../../../../src/stores/database/migrate.ts';
import { MIGRATIONS } from '../../../../src/stores/database/migrations/index.ts';
import { howFar } from '../../../../src/stores/database/migrator/progress.ts';
import type { Migration } from '../../../../src/stores/database/migrator/step.ts';
import { sqlitePlace } from '../../../support/stores/open-test-stores.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

interface Place extends AsyncDisposable {
  readonly location: DatabaseLocation;
  run(sql: string): Promise<Record<string, unknown>[]>;
}

async function onSqlite(): Promise<Place> {
  const place = await sqlitePlace();
  return {
    location: { kind: 'sqlite', path: place.path },
    run: (sql) => {
      using database = new DatabaseSync(place.path, { timeout: 10_000 });
      return Promise.resolve(database.prepare(sql).all());
    },
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

async function onPostgres(): Promise<Place> {
  const url = await server.createDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    location: { kind: 'postgres', url: new Secret(url) },
    run: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** The next version's migration, which marks every grant in batches. */
const NEXT: Migration = {
  id: 900,
  name: 'marks of grants',
  oldest: 8,
  parts: () => ({
    ahead: [
      { kind: 'statements', name: 'column', statements: ['alter table grants add column marked text'] },
      {
        kind: 'backfill',
        name: 'marks',
        table: 'grants',
        key: 'id',
        keyType: 'text',
        statement: (within) => `update grants set marked = coalesce(marked, '') || 'x' where ${within('id')}`,
      },
      { kind: 'index', name: 'grants_marked', isUnique: true, on: 'grants (marked, id)' },
    ],
    swap: [],
  }),
};
const NEWER = [...MIGRATIONS, NEXT];

async function withGrants(place: Place, count: number): Promise<void> {
  await migrate({ location: place.location });
  for (let from = 0; from < count; from += 500) {
    const rows = Array.from({ length: Math.min(500, count - from) }, (_, at) => `('g-${from + at}', 'r', 0, 0)`);
    await place.run(`insert into grants (id, realm, failures, created_at) values ${rows.join(', ')}`);
  }
}

for (const [name, open] of [
  ['SQLite', onSqlite],
  ['Postgres', onPostgres],
] as const) {
  describe(`a migration on ${name}`, () => {
    it('changes every row once, in batches', async () => {
      await using place = await open();
      await withGrants(place, 1_500);
      assert.deepEqual((await migrate({ location: place.location, migrations: NEWER })).applied, [NEXT.name]);
      assert.deepEqual(
        (await place.run('select distinct marked from grants')).map(({ marked }) => marked),
        ['x'],
      );
      const [step] = await place.run(`select walked from migration_steps where step = 'marks'`);
      assert.equal(Number(step?.['walked']), 1_500);
    });

    it('goes on where the one that was killed has stopped', async () => {
      await using place = await open();
      await withGrants(place, 30);
      await place.run('alter table grants add column marked text');
      await place.run(`insert into migration_steps (migration, step, done_at) values (900, 'column', 1)`);
      await place.run(
        `insert into migration_steps (migration, step, reached, walked) values (900, 'marks', 'g-20', 20)`,
      );
      await migrate({ location: place.location, migrations: NEWER });
      const marked = await place.run(`select count(*) as count from grants where marked = 'x' and id > 'g-20'`);
      const unmarked = await place.run(`select count(*) as count from grants where marked is null and id <= 'g-20'`);
      assert.equal(Number(marked[0]?.['count']) + Number(unmarked[0]?.['count']), 30);
      assert.ok(Number(unmarked[0]?.['count']) > 0);
    });

    it('waits for one that is at work, and takes over from one that has stopped giving signs', async () => {
      await using place = await open();
      await withGrants(place, 3);
      const at = Date.now() + 2_000;
      await place.run(
        `insert into migrators (id, holder, lease_until) values (1, 'elsewhere/boot/ns:1.1:word', ${at})`,
      );
      const lines: string[] = [];
      await migrate({ location: place.location, migrations: NEWER, progress: (line) => lines.push(line) });
      assert.ok(Date.now() >= at - 100, 'it has waited');
      assert.deepEqual(await place.run('select id from migrators'), [], 'nobody has it any more');
    });

    it('leaves a version that may run on it alone, and refuses one that may not', async () => {
      await using place = await open();
      await migrate({ location: place.location, migrations: NEWER });
      const { applied, remark } = await migrate({ location: place.location });
      assert.deepEqual(applied, []);
      assert.match(remark ?? '', new RegExp(`schema 900.*knows ${MIGRATIONS.at(-1)?.id}.*Upgrade`));
      await assert.rejects(
        migrate({ location: place.location, migrations: MIGRATIONS.slice(0, 7) }),
        (error) => error instanceof NewerSchemaError && /Run the newer version/.test(error.message),
      );
    });
  });
}

describe('a migration on SQLite', () => {
  it('after which no former version may write waits until none has the file open', async () => {
    await using place = await sqlitePlace();
    const location = { kind: 'sqlite', path: place.path } as const;
    await migrate({ location, migrations: MIGRATIONS.slice(0, 4) });
    const former = new DatabaseSync(place.path);
    former.exec('pragma journal_mode = wal; select 1 from grants');
    let isDone = false;
    const migrating = migrate({ location }).finally(() => (isDone = true));
    await sleep(600);
    assert.equal(isDone, false);
    former.exec(`insert into grants (id, realm, created_at) values ('of before', 'r', 0)`);
    former.close();
    assert.ok((await migrating).applied.includes('names'));
    assert.deepEqual(
      place.rows('select id from grants').map(({ id }) => id),
      ['of before'],
    );
    assert.equal(place.rows('pragma journal_mode')[0]?.['journal_mode'], 'wal');
  });
});

describe('how far a migration has come', () => {
  it('is told in rows and time', () => {
    assert.equal(howFar(250, 1_000, { done: 0, ms: 5_000 }), '250 of about 1,000 rows, about 15 s left');
    assert.equal(
      howFar(750_000, 2_000_000, { done: 500_000, ms: 60_000 }),
      '750,000 of about 2,000,000 rows, about 5 min left',
    );
    assert.equal(howFar(1_200, 1_000, { done: 1_200, ms: 1 }), '1,200 of about 1,200 rows');
  });
});

describe('a migration on Postgres', () => {
  it('builds an index anew of which a killed build has left something', async () => {
    await using place = await onPostgres();
    await withGrants(place, 3);
    await place.run('alter table grants add column marked text');
    await place.run(`insert into migration_steps (migration, step, done_at) values (900, 'column', 1)`);
    await assert.rejects(
      place.run('create unique index concurrently grants_marked on grants (realm)'),
      /duplicate|unique/,
    );
    const valid = `select indisvalid from pg_index where indexrelid = 'grants_marked'::regclass`;
    assert.deepEqual(await place.run(valid), [{ indisvalid: false }]);
    await migrate({ location: place.location, migrations: NEWER });
    assert.deepEqual(await place.run(valid), [{ indisvalid: true }]);
    const [index] = await place.run(`select pg_get_indexdef('grants_marked'::regclass) as said`);
    assert.match(String(index?.['said']), /\(marked, id\)/);
  });

  it('lets callers write while somebody holds the lock that it needs', async () => {
    await using place = await onPostgres();
    await withGrants(place, 3);
    await using other = await (async () => {
      const client = new Client({
        connectionString: place.location.kind === 'postgres' ? place.location.url.reveal() : '',
      });
      await client.connect();
      return { client, [Symbol.asyncDispose]: () => client.end() };
    })();
    await other.client.query(`begin; select 1 from grants`);
    const committed = sleep(1_500).then(() => other.client.query('commit'));
    const migrating = migrate({ location: place.location, migrations: NEWER });
    const took: number[] = [];
    for (let turn = 0; turn < 15; turn += 1) {
      const since = performance.now();
      await place.run(`update grants set failures = failures + 1 where id = 'g-1'`);
      took.push(performance.now() - since);
      await sleep(50);
    }
    await Promise.all([committed, migrating]);
    // Without a limit each would wait for the commit.
    assert.ok(Math.max(...took) < 900, `slowest: ${Math.max(...took)} ms`);
  });
});
