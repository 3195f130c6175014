import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { Pool } from 'pg';
import { DEFAULT_BOUNDS } from '../../../../src/grants/exchange.ts';
import { Secret } from '../../../../src/secret.ts';
import { POSTGRES_TYPES, SQLITE_TYPES, type ColumnTypes } from '../../../../src/stores/database/column-types.ts';
import type { DatabaseLocation } from '../../../../src/stores/database/location.ts';
import { openStores, type Stores } from '../../../../src/stores/index.ts';
import { statements } from '../../../../src/stores/database/migrations/0001-grants.ts';
import { Vault } from '../../../../src/stores/vault/vault.ts';
import { HOUR_MS, REALM } from '../../../support/stores/one-grant.ts';
import { temporaryDirectory } from '../../../support/stores/open-test-stores.ts';
import { ringKey } from '../../../support/stores/ring-key.ts';
import { startPostgres } from '../../../support/stores/start-postgres.ts';
import { intentOf } from '../../../support/stores/intent-of.ts';
import { TestClock } from '../../../support/stores/test-clock.ts';

const DAY_MS = 24 * HOUR_MS;
const clock = new TestClock();
const NOW = clock.now();
const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** A database of the first schema. */
interface OldDatabase extends AsyncDisposable {
  readonly types: ColumnTypes;
  readonly location: DatabaseLocation;
  run(sql: string): Promise<Record<string, unknown>[]>;
}

async function oldSqlite(): Promise<OldDatabase> {
  const directory = await temporaryDirectory();
  const path = `${directory.path}/evergrant.db`;
  return {
    types: SQLITE_TYPES,
    location: { kind: 'sqlite', path },
    run: (sql) => {
      using database = new DatabaseSync(path);
      return Promise.resolve(database.prepare(sql).all());
    },
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

async function oldPostgres(): Promise<OldDatabase> {
  const url = await server.createDatabase();
  const pool = new Pool({ connectionString: url, max: 1 });
  return {
    types: POSTGRES_TYPES,
    location: { kind: 'postgres', url: new Secret(url), now: `(select ${NOW}::bigint)` },
    run: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

/** A credential as the first schema has it; lives in milliseconds, from when it was obtained. */
interface OldCredential {
  readonly agoMs: number;
  readonly lifeMs: number;
  readonly refreshLifeMs?: number;
  readonly refresh?: boolean;
  readonly ended?: boolean;
}

/** Grants of the first schema, each with one credential, under its subject's name. */
async function fill(database: OldDatabase, credentials: Record<string, OldCredential>): Promise<void> {
  const { types } = database;
  const run = (sql: string) => database.run(sql);
  await run(
    `create table migrations (id integer primary key, name text not null, applied_at ${types.integer} not null)`,
  );
  await run("insert into migrations values (1, 'grants', 0)");
  for (const statement of statements(types)) await run(statement);
  const bytes = types === SQLITE_TYPES ? "x'00'" : "'\\x00'";
  for (const [subject, { agoMs, lifeMs, refreshLifeMs, refresh = true, ended = false }] of Object.entries(
    credentials,
  )) {
    const at = NOW - agoMs;
    await run(
      `insert into grants (id, realm, integrated_at, created_at) values ('${subject}', '${REALM}', ${at}, ${at})`,
    );
    await run(`insert into connections values ('${REALM}', '${subject}', '${subject}', ${at})`);
    await run(`insert into exchanges (grant_id, kind, holder, opened_at, lease_until, finished_at, outcome, outcome_at)
      values ('${subject}', 'provision', 'nobody', ${at}, ${at}, ${at}, 'obtained', ${at})`);
    await run(`insert into credentials values ((select max(id) from exchanges), '${subject}', ${at}, ${at}, ${at + lifeMs},
      ${refreshLifeMs === undefined ? 'null' : at + refreshLifeMs}, 'Bearer', ${bytes}, ${bytes},
      ${refresh ? bytes : 'null'}, ${ended ? `${at}, 'superseded'` : 'null, null'})`);
  }
}

async function migrated({ location }: OldDatabase): Promise<Stores> {
  return openStores({ location, vault: new Vault([ringKey('k1')]), clock, bounds: DEFAULT_BOUNDS });
}

for (const [name, open] of [
  ['SQLite', oldSqlite],
  ['Postgres', oldPostgres],
] as const) {
  describe(`the migration to upkeep in ${name}`, () => {
    it('finds due what was there and is in use or about to lapse', async () => {
      await using database = await open();
      await fill(database, {
        'half of its life is left': { agoMs: HOUR_MS / 2, lifeMs: HOUR_MS },
        'a tenth of its life is left': { agoMs: 0.9 * HOUR_MS, lifeMs: HOUR_MS },
        'a tenth of a long life is left': { agoMs: 9 * DAY_MS, lifeMs: 10 * DAY_MS },
        'the end of a long life is near': { agoMs: 10 * DAY_MS - HOUR_MS / 4, lifeMs: 10 * DAY_MS },
        'it cannot be refreshed': { agoMs: HOUR_MS - 1, lifeMs: HOUR_MS, refresh: false },
        'it has expired': { agoMs: HOUR_MS, lifeMs: HOUR_MS },
        'it has ended': { agoMs: HOUR_MS - 1, lifeMs: HOUR_MS, ended: true },
      });
      await using stores = await migrated(database);
      assert.deepEqual(await stores.upkeep.due(REALM, 99), [], 'nobody has used any');
      const all = await database.run('select grant_id, exchange_id from credentials');
      await stores.upkeep.noteUsed(
        all.map((row) => ({ grantId: String(row['grant_id']), exchangeId: Number(row['exchange_id']) })),
      );
      assert.deepEqual((await stores.upkeep.due(REALM, 99)).map(({ subject }) => subject).sort(), [
        'a tenth of its life is left',
        'the end of a long life is near',
      ]);
    });

    it('lets no refresh token lapse that nobody has used for long', async () => {
      await using database = await open();
      const refreshLifeMs = 365 * DAY_MS;
      const lifeMs = HOUR_MS;
      await fill(database, {
        'half a year is left': { agoMs: refreshLifeMs / 2, lifeMs, refreshLifeMs },
        'three days are left': { agoMs: refreshLifeMs - 3 * DAY_MS, lifeMs, refreshLifeMs },
        'a moment is left': { agoMs: refreshLifeMs - 1, lifeMs, refreshLifeMs },
        'it has lapsed': { agoMs: refreshLifeMs, lifeMs, refreshLifeMs },
      });
      await using stores = await migrated(database);
      assert.deepEqual(
        (await stores.upkeep.lapsing(REALM, 99)).map(({ subject }) => subject),
        ['a moment is left', 'three days are left'],
      );
    });

    it('goes on with what was there, and tells no event of the past', async () => {
      await using database = await open();
      await fill(database, { alice: { agoMs: HOUR_MS, lifeMs: 2 * HOUR_MS } });
      await using stores = await migrated(database);
      assert.equal((await stores.grants.view(REALM, 'alice'))?.current?.exchangeId, 1);
      assert.deepEqual(await stores.events.list({ limit: 9 }), []);
      const exchange = await stores.grants.openExchange(await intentOf(stores.grants, REALM, 'alice', 'refresh'));
      assert.ok(exchange !== undefined);
      const event = await stores.grants.finishFailed(exchange, {
        answer: { kind: 'rejected', detail: 'dead' },
        recoveryPath: 'none',
      });
      assert.equal(event?.type, 'grant.reconnect_required');
    });
  });
}
