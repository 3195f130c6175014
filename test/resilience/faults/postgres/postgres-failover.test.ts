import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { connectMany, countViews, openPostgresStores } from '../../../support/stores/open-postgres.ts';
import { runSql } from '../../../support/stores/run-sql.ts';
import { startPostgresPair } from './postgres-pair.ts';
import { until } from '../../../support/scene.ts';

const USERS = 20;

describe('of several hosts in the URL of the database', () => {
  const opened = new AsyncDisposableStack();
  after(() => opened.disposeAsync());

  it('the one that takes writes is used, and the one that takes its place', async () => {
    const pair = opened.use(await startPostgresPair());
    const { primaryPort, standbyPort } = pair;
    const both = `postgres://postgres:password@127.0.0.1:${standbyPort},127.0.0.1:${primaryPort}/postgres`;
    await assert.rejects(openPostgresStores(pair.url(standbyPort)), {
      code: 'unusable_database',
      message: /is a standby/,
    });
    await using stores = await openPostgresStores(`${both}?target_session_attrs=read-write`);
    await connectMany(stores, USERS);
    assert.equal(await countViews(stores, USERS), USERS);
    const isReplayed = async () => {
      const [{ n }] = await runSql(pair.url(standbyPort), 'select count(*)::int as n from connections');
      return n === USERS;
    };
    await until(isReplayed, 'the standby has it all');

    await pair.failOver();
    const serves = () =>
      connectMany(stores, 2 * USERS).then(
        () => true,
        (error: unknown) => {
          assert.equal(error instanceof Error && 'code' in error && error.code, 'store_unavailable');
          return false;
        },
      );
    await until(serves, 'the former standby serves');
    assert.equal(await countViews(stores, 2 * USERS), 2 * USERS);
    const isListening = async () =>
      (await runSql(pair.url(standbyPort), "select 1 from pg_stat_activity where query like 'listen %'")).length === 1;
    await until(isListening, 'notices come from there too');

    // Where a server stops taking writes and keeps its connections, as some that are managed do.
    const before = await ourBackends(pair.url(standbyPort));
    await setReadOnly(pair.url(standbyPort), 'on');
    await until(async () => !(await serves()), 'it takes no writes');
    await setReadOnly(pair.url(standbyPort), 'off');
    await until(serves, 'it serves again');
    const kept = (await ourBackends(pair.url(standbyPort))).filter((pid) => before.includes(pid));
    assert.deepEqual(kept, [], 'no connection of the time without writes is used any more');
  });
});

/** The server's processes for the connections of the stores, but for the one that listens. */
async function ourBackends(url: string): Promise<number[]> {
  const rows = await runSql(
    url,
    "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and query not like 'listen %'",
  );
  return rows.map(({ pid }) => pid);
}

async function setReadOnly(url: string, value: 'on' | 'off'): Promise<void> {
  const set = `alter system set default_transaction_read_only = '${value}'`;
  await runSql(url, "set default_transaction_read_only = 'off'", set, 'select pg_reload_conf()');
}
