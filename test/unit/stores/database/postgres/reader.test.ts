import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import { PostgresReader } from '../../../../../src/stores/database/postgres/reader.ts';
import { PostgresServers } from '../../../../../src/stores/database/postgres/servers.ts';
import { Secret } from '../../../../../src/secret.ts';
import { startPostgres, type PostgresServer } from '../../../../support/stores/start-postgres.ts';

const PID = 'select pg_backend_pid() as pid, $1::int as given';

describe('the connection for reads on Postgres', () => {
  let server: PostgresServer;

  before(async () => {
    server = await startPostgres();
  });

  after(async () => {
    await server[Symbol.asyncDispose]();
  });

  async function start() {
    const url = await server.createDatabase();
    const troubles: string[] = [];
    const servers = new PostgresServers(new Secret(url), () => undefined);
    const reader = new PostgresReader(servers, (what) => troubles.push(what));
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const read = async (given: number, begin = () => undefined) => {
      const answer = await reader.read(PID, [given], begin);
      return answer && (answer.row as { pid: number; given: number });
    };
    return {
      reader,
      servers,
      admin,
      troubles,
      read,
      /** A read once there is a connection. */
      async there() {
        for (;;) {
          const row = await read(0);
          if (row !== undefined) return row;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
      async [Symbol.asyncDispose]() {
        await admin.end();
        await reader.close();
      },
    };
  }

  it('gives each his own answer, however many ask at once', async () => {
    await using at = await start();
    const { pid } = await at.there();
    const rows = await Promise.all(Array.from({ length: 500 }, (_, index) => at.read(index)));
    assert.deepEqual(
      rows,
      rows.map((_, given) => ({ pid, given })),
    );
  });

  it('begins no more reads than it can soon answer', async () => {
    await using at = await start();
    await at.there();
    let begun = 0;
    const all = Array.from({ length: 500 }, (_, index) => at.read(index, () => void (begun += 1)));
    await Promise.resolve();
    assert.ok(begun > 0 && begun < 100, `${begun} begun`);
    await Promise.all(all);
    assert.equal(begun, 500);
  });

  it('refuses one statement for its own fault, and no other', async () => {
    await using at = await start();
    await at.there();
    const bad = at.reader.read('select 1 / $1::int', [0], () => undefined);
    const good = at.read(7);
    await assert.rejects(bad, /division by zero/);
    assert.equal((await good)?.given, 7);
  });

  it('sends reads to the pool once it is lost, those on their way among them, and comes back', async () => {
    await using at = await start();
    const { pid } = await at.there();
    const slow = at.reader.read('select pg_sleep($1::int)', [1], () => undefined);
    const behind = at.read(1);
    await at.admin.query('select pg_terminate_backend($1)', [pid]);
    assert.deepEqual(await Promise.all([slow, behind]), [undefined, undefined]);
    assert.notEqual((await at.there()).pid, pid);
  });

  it('says so where it is lost while nothing is read', async () => {
    await using at = await start();
    const { pid } = await at.there();
    await at.admin.query('select pg_terminate_backend($1)', [pid]);
    while (at.troubles.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(at.troubles, ['the idle connection for reads was lost']);
    assert.notEqual((await at.there()).pid, pid);
  });

  it('is left when another host, or another schema, is to be used', async () => {
    await using at = await start();
    const { pid } = await at.there();
    at.servers.renew();
    assert.equal(await at.read(1), undefined);
    assert.notEqual((await at.there()).pid, pid);
    assert.deepEqual(at.troubles, []);
  });
});
