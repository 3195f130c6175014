import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { Pool } from 'pg';
import { DEFAULT_BOUNDS } from '../src/grants/exchange.ts';
import { renewalSchedule } from '../src/grants/rules/renewal-schedule.ts';
import { Secret } from '../src/secret.ts';
import { openStores, type Stores } from '../src/stores/index.ts';
import { Vault } from '../src/stores/vault/vault.ts';
import { startServer } from '../test/support/stores/start-postgres.ts';
import { BenchClock } from './bench-clock.ts';

/**
 * How many bytes a refresh costs where it is kept. Users refresh once an hour through the real store, the clock runs an hour a
 * round, and history is forgotten as upkeep does it; Postgres vacuums by itself. Rows are counted at the end, so that what
 * is printed are bytes for each row that is kept, with all that vacuum has not yet given back.
 */
const { values: options } = parseArgs({
  options: {
    refreshes: { type: 'string', default: '20000' },
    hours: { type: 'string', default: '50' },
    /** Characters of an access token and of a refresh token. */
    token: { type: 'string', default: '43' },
    only: { type: 'string' },
  },
});
const HOUR_MS = 3_600_000;
const REALM = 'cal-com-managed https://api.cal.com client-of-the-benchmark';
const RETENTION = { factsMs: 24 * HOUR_MS, tokensMs: 12 * HOUR_MS, lostMs: 9_999 * HOUR_MS, irreparable: [] };
const AT_ONCE = 16;
/** How long exchanges are kept by default: the default of EVERGRANT_RETENTION. */
const DAYS_KEPT = 30;
const HOURS = Number(options.hours);
const USERS = Math.round(Number(options.refreshes) / HOURS);
const TABLES = ['exchanges', 'credentials', 'events', 'grants', 'connections'];

/** What a table, or an index of it, takes: bytes. */
interface Size {
  readonly table: string;
  readonly name: string;
  readonly bytes: number;
}

const vault = new Vault([{ id: 'k1', key: new Secret(randomBytes(32).toString('base64')) }]);
if (options.only !== 'sqlite') await onPostgres();
if (options.only !== 'postgres') await onSqlite();

async function onPostgres(): Promise<void> {
  const flags = ['autovacuum_naptime=1s', 'autovacuum_vacuum_cost_delay=0', 'fsync=on', 'max_connections=50'];
  const { server, databaseDir, port } = await startServer({
    persistent: false,
    flags: flags.flatMap((flag) => ['-c', flag]),
  });
  try {
    const url = `postgres://postgres:password@127.0.0.1:${port}/postgres`;
    const client = new Pool({ connectionString: url, max: 2 });
    client.on('error', () => undefined);
    const rows = async (text: string) => (await client.query<Record<string, string>>(text)).rows;
    const clock = new BenchClock(async (now) => {
      await client.query('update bench_clock set now = $1', [now]);
    });
    await client.query('create table bench_clock (now bigint not null)');
    await client.query('insert into bench_clock values ($1)', [clock.now()]);
    const location = { kind: 'postgres', url: new Secret(url), now: '(select now from bench_clock)' } as const;
    await using stores = await openStores({ location, vault, clock, bounds: DEFAULT_BOUNDS });
    await connectAll(stores);
    const [before] = await rows('select pg_current_wal_lsn() as lsn');
    await refreshHourly(stores, clock);
    const [wal] = await rows(`select pg_wal_lsn_diff(pg_current_wal_lsn(), '${before?.['lsn'] ?? ''}') as bytes`);
    await client.query('vacuum analyze');
    const sizes = await rows(`
      select relname as table, relname as name, pg_table_size(relid) as bytes from pg_stat_user_tables
      union all select relname, indexrelname, pg_relation_size(indexrelid) from pg_stat_user_indexes`);
    const hot = await rows('select relname, n_tup_upd, n_tup_hot_upd from pg_stat_user_tables');
    report('Postgres', sizes.map(sizeOf), await counts(rows));
    for (const table of TABLES) {
      const row = hot.find(({ relname }) => relname === table);
      console.log(`  HOT updates of ${table}: ${row?.['n_tup_hot_upd']} of ${row?.['n_tup_upd']}`);
    }
    console.log(`  written ahead (WAL): ${Math.round(Number(wal?.['bytes']) / (USERS * HOURS))} bytes a refresh`);
    await client.end();
  } finally {
    await server.stop();
    await rm(databaseDir, { recursive: true, force: true });
  }
}

async function onSqlite(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'evergrant-bytes-'));
  try {
    const path = join(folder, 'evergrant.db');
    const clock = new BenchClock(() => Promise.resolve());
    await using stores = await openStores({ location: { kind: 'sqlite', path }, vault, clock, bounds: DEFAULT_BOUNDS });
    await connectAll(stores);
    await refreshHourly(stores, clock);
    using database = new DatabaseSync(path, { readOnly: true });
    const rows = (text: string) => Promise.resolve(database.prepare(text).all() as Record<string, string>[]);
    const sizes = await rows(`
      select m.tbl_name as "table", s.name, sum(s.pgsize) as bytes from dbstat s join sqlite_schema m on m.name = s.name
      group by s.name`);
    report('SQLite', sizes.map(sizeOf), await counts(rows));
    const [free] = await rows(
      'select freelist_count * page_size as bytes from pragma_freelist_count, pragma_page_size',
    );
    console.log(`  free pages: ${free?.['bytes']} bytes`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function connectAll(stores: Stores): Promise<void> {
  await forEachUser((user) => stores.grants.connect(REALM, `user-${user}`));
}

/** As many users as there are take a fresh token each hour, and are given it; what is old is forgotten meanwhile. */
async function refreshHourly(stores: Stores, clock: BenchClock): Promise<void> {
  for (let hour = 0; hour < HOURS; hour++) {
    await forEachUser((user) => refresh(stores, clock, `user-${user}`));
    await clock.advance(HOUR_MS);
    for (;;) {
      const forgotten = await stores.upkeep.forget(RETENTION, 200);
      if (forgotten.kind !== 'forgotten' || !forgotten.isMore) break;
    }
  }
}

async function refresh({ grants, upkeep }: Stores, clock: BenchClock, subject: string): Promise<void> {
  const view = await grants.view(REALM, subject);
  if (view === undefined) throw new Error(`${subject} is connected to nothing.`);
  const { grantId, current } = view;
  const { last } = await grants.exchangeStatus(grantId);
  const kind = current === undefined ? 'provision' : 'refresh';
  const exchange = await grants.openExchange({ grantId, kind, presented: current, last, current });
  if (exchange === undefined) throw new Error(`The grant of ${subject} is held.`);
  const token = () =>
    new Secret(randomBytes(Number(options.token)).toString('base64url').slice(0, Number(options.token)));
  const tokens = { accessToken: token(), refreshToken: token(), expiresAt: clock.now() + HOUR_MS, tokenType: 'Bearer' };
  const schedule = renewalSchedule(exchange.nonce, clock.now(), tokens);
  await grants.finishObtained(exchange, { kind: 'obtained', tokens }, schedule);
  await upkeep.noteUsed([{ grantId, exchangeId: exchange.exchangeId }]);
}

async function forEachUser(work: (user: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < USERS) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function counts(rows: (text: string) => Promise<Record<string, string>[]>): Promise<Map<string, number>> {
  const found = await Promise.all(TABLES.map((table) => rows(`select count(*) as count from ${table}`)));
  return new Map(TABLES.map((table, index) => [table, Number(found[index]?.[0]?.['count'])]));
}

function sizeOf(row: Record<string, string>): Size {
  return { table: String(row['table']), name: String(row['name']), bytes: Number(row['bytes']) };
}

function report(database: string, sizes: readonly Size[], rows: ReadonlyMap<string, number>): void {
  const each = (table: string) =>
    sizes.reduce((sum, size) => sum + (size.table === table ? size.bytes : 0), 0) / (rows.get(table) ?? 1);
  console.log(`${database}: ${USERS} users, ${HOURS} hours, tokens of ${options.token} characters`);
  for (const table of TABLES) {
    const of = sizes.filter((size) => size.table === table).sort((one, other) => other.bytes - one.bytes);
    const count = rows.get(table) ?? 0;
    const all = of.reduce((sum, { bytes }) => sum + bytes, 0);
    const share = (bytes: number) => (count === 0 ? '-' : Math.round(bytes / count));
    console.log(`  ${table}: ${count} rows, ${share(all)} bytes each`);
    for (const { name, bytes } of of) console.log(`    ${name}: ${share(bytes)} (${bytes})`);
  }
  const kept = each('exchanges') + each('credentials') / DAYS_KEPT;
  console.log(
    `  a refresh, exchanges kept for ${DAYS_KEPT} days and ended tokens for one: ${Math.round(kept)} bytes on average`,
  );
}
