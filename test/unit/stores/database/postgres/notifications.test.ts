import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import type { OpenExchange } from '../../../../../src/grants/exchange.ts';
import type { Stores } from '../../../../../src/stores/index.ts';
import { intentOf } from '../../../../support/stores/intent-of.ts';
import { obtained, REALM } from '../../../../support/stores/one-grant.ts';
import { openPostgresStores } from '../../../../support/stores/open-postgres.ts';
import { startPostgres, type PostgresServer } from '../../../../support/stores/start-postgres.ts';
import { finishObtained } from '../../../../support/stores/scheduled.ts';

describe('notices of Postgres', () => {
  let server: PostgresServer;

  before(async () => {
    server = await startPostgres();
  });

  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  /** Two instances, and everything that is told. */
  async function start() {
    const url = await server.createDatabase();
    const one = await openPostgresStores(url);
    const other = await openPostgresStores(url);
    const listener = new Client({ connectionString: url });
    const told: string[] = [];
    listener.on('notification', ({ payload = '' }) => told.push(payload));
    await listener.connect();
    await listener.query('listen evergrant_grants');
    const listening = async () => {
      const { rows } = await listener.query<{ count: string }>(
        `select count(*) from pg_stat_activity where datname = current_database() and query = 'listen evergrant_grants'`,
      );
      return Number(rows[0]?.count);
    };
    while ((await listening()) < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const open = async (stores: Stores, subject: string): Promise<OpenExchange> => {
      await stores.grants.connect(REALM, subject);
      return (await stores.grants.openExchange(await intentOf(stores.grants, REALM, subject, 'provision')))!;
    };
    return {
      one,
      other,
      told,
      open,
      async [Symbol.asyncDispose]() {
        await listener.end();
        await one[Symbol.asyncDispose]();
        await other[Symbol.asyncDispose]();
      },
    };
  }

  it('come from exchanges for which somebody waits, and from no other', async () => {
    await using at = await start();
    const lonely = await at.open(at.one, 'alice');
    const awaited = await at.open(at.one, 'bob');
    await at.other.grants.noteAwaited(awaited.grantId);
    // A look every minute would come too late for this test: only a notice ends the wait.
    const waiting = at.other.grants.awaitChange(awaited.grantId, 60_000);
    await finishObtained(at.one.grants, lonely, obtained('one'));
    await finishObtained(at.one.grants, awaited, obtained('two'));
    await waiting;
    while (at.told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(at.told, [awaited.grantId]);
  });

  it('are asked for by many without harm, and of what is finished in vain', async () => {
    await using at = await start();
    const exchange = await at.open(at.one, 'alice');
    await Promise.all(Array.from({ length: 20 }, () => at.other.grants.noteAwaited(exchange.grantId)));
    await finishObtained(at.one.grants, exchange, obtained('one'));
    await at.other.grants.noteAwaited(exchange.grantId);
    while (at.told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(at.told, [exchange.grantId]);
  });
});
