import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Pool, type PoolClient } from 'pg';
import { FairQueue, type ConnectionSource } from '../../../../../src/stores/database/postgres/fair-queue.ts';
import { startPostgres } from '../../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** The driver's own pool, of which every connection may be used again. */
function source(pool: Pool): ConnectionSource {
  return {
    options: pool.options,
    get idleCount() {
      return pool.idleCount;
    },
    connect: () => pool.connect(),
    isSpent: () => false,
    end: () => pool.end(),
  };
}

async function openPool(size: number) {
  const connectionString = await server.createDatabase();
  const pool = new FairQueue(source(new Pool({ connectionString, max: size, connectionTimeoutMillis: 200 })), size);
  return { pool, [Symbol.asyncDispose]: () => pool.end() };
}

describe('a pool of connections', () => {
  it('lets a crowd wait longer than a connection may take to be made', async () => {
    await using at = await openPool(2);
    let most = 0;
    let busy = 0;
    const all = Array.from({ length: 12 }, async () => {
      const client = await at.pool.connect();
      busy += 1;
      most = Math.max(most, busy);
      await client.query('select pg_sleep(0.1)');
      busy -= 1;
      client.release();
    });
    await Promise.all(all);
    assert.equal(most, 2);
  });

  it('lets those who want one statement and those who want a transaction take turns', async () => {
    await using at = await openPool(1);
    const served: string[] = [];
    const serve = async (name: string, connecting: Promise<PoolClient>) => {
      const client = await connecting;
      served.push(name);
      await client.query('select 1');
      client.release();
    };
    const connect = () => serve('transaction', at.pool.connect());
    const connectBriefly = () => serve('statement', at.pool.connectBriefly());
    await Promise.all([...Array.from({ length: 5 }, connect), connectBriefly(), connectBriefly()]);
    assert.deepEqual(served.slice(0, 5), ['transaction', 'transaction', 'statement', 'transaction', 'statement']);
    assert.equal(served.length, 7);
    served.length = 0;
    await Promise.all([...Array.from({ length: 5 }, connectBriefly), connect()]);
    assert.ok(served.indexOf('transaction') <= 2, served.join());
    assert.equal(served.length, 6);
  });

  it('gives every turn back, also where no connection can be made', async () => {
    const nowhere = new Pool({ connectionString: 'postgres://nobody@127.0.0.1:1/none', max: 1 });
    const pool = new FairQueue(source(nowhere), 1);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await assert.rejects(pool.connect(), ({ code, cause }) => {
        assert.equal(code, 'store_unavailable');
        return cause.code === 'ECONNREFUSED';
      });
    }
    await pool.end();
  });

  it('gives a turn back where a connection is dropped for good', async () => {
    await using at = await openPool(1);
    for (let turn = 0; turn < 3; turn += 1) {
      const client = await at.pool.connect();
      client.release(true);
    }
  });
});
