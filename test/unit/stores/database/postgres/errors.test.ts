import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { Client, type ClientConfig } from 'pg';
import { freePort } from '../../../../support/free-port.ts';
import { meaningOf } from '../../../../../src/stores/database/postgres/errors.ts';
import { PostgresPool } from '../../../../../src/stores/database/postgres/pool.ts';
import { BEGIN } from '../../../../../src/stores/database/postgres/session-settings.ts';
import { PostgresServers } from '../../../../../src/stores/database/postgres/servers.ts';
import { statementName } from '../../../../../src/stores/database/prepared-statements.ts';
import { Secret } from '../../../../../src/secret.ts';
import { connectMany, countViews, openPostgresStores } from '../../../../support/stores/open-postgres.ts';
import { runSql } from '../../../../support/stores/run-sql.ts';
import { startPostgres } from '../../../../support/stores/start-postgres.ts';

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());
const url = await server.createDatabase();

async function connected(config: ClientConfig = {}) {
  const client = new Client({ connectionString: url, ...config });
  client.on('error', () => undefined);
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** The error that comes of it. */
async function errorOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(
    () => assert.fail('nothing went wrong'),
    (error: unknown) => error,
  );
}

const statements =
  (...all: readonly string[]) =>
  async () => {
    await using client = await connected();
    for (const statement of all) await client.query(statement);
  };

const raising = (state: string) => statements(`do $$ begin raise exception sqlstate '${state}'; end $$`);

/** What the real server is made to say, by the SQLSTATE that it says it with. */
const CASES: Readonly<Record<string, { meaning: string | undefined; provoke: () => Promise<unknown> }>> = {
  '22012': { meaning: undefined, provoke: statements('select 1 / 0') },
  '23505': {
    meaning: undefined,
    provoke: statements('create temp table t (n int unique)', 'insert into t values (1), (1)'),
  },
  '42P01': { meaning: undefined, provoke: statements('select * from nowhere') },
  '08P01': {
    meaning: 'unavailable',
    provoke: async () => {
      await using client = await connected();
      const bind = { name: 'two', text: 'select $1::int + $2::int', values: [1, 2] };
      await client.query(bind);
      await client.query({ ...bind, values: [1] });
    },
  },
  '25006': {
    meaning: 'read_only',
    provoke: statements('begin read only', 'create table never (n int)'),
  },
  '25P02': {
    meaning: 'unavailable',
    provoke: async () => {
      await using client = await connected();
      await client.query('begin');
      await client.query('select 1 / 0').catch(() => undefined);
      await client.query('select 1');
    },
  },
  '25P03': {
    meaning: 'unavailable',
    provoke: async () => {
      await using client = await connected();
      const said = once(client, 'error');
      await client.query('set idle_in_transaction_session_timeout = 50; begin; select 1');
      const [error] = await said;
      throw error;
    },
  },
  '26000': { meaning: 'no_plan', provoke: statements('execute nothing') },
  '42P05': { meaning: 'no_plan', provoke: statements('prepare p as select 1', 'prepare p as select 2') },
  '0A000': {
    meaning: 'no_plan',
    provoke: async () => {
      await using client = await connected();
      await client.query('create temp table t (n int)');
      const read = { name: 'read', text: 'select * from t where n > $1', values: [0] };
      await client.query(read);
      await client.query('alter table t add column m int');
      await client.query(read);
    },
  },
  '28P01': { meaning: 'refused', provoke: () => connected({ connectionString: withPassword('wrong') }) },
  '3D000': { meaning: 'refused', provoke: () => connected({ connectionString: withDatabase('nowhere') }) },
  '3F000': { meaning: 'refused', provoke: statements('set search_path = nowhere', 'create table never (n int)') },
  '42501': {
    meaning: 'refused',
    provoke: statements('create role stranger', 'set role stranger', 'create table never (n int)'),
  },
  '40001': {
    meaning: 'met',
    provoke: async () => {
      await using other = await connected();
      await other.query('drop table if exists met; create table met (n int); insert into met values (1)');
      await using client = await connected();
      await client.query('begin isolation level repeatable read; select * from met');
      await other.query('update met set n = 2');
      await client.query('update met set n = 3');
    },
  },
  '40P01': {
    meaning: 'met',
    provoke: async () => {
      await using one = await connected();
      await using other = await connected();
      await one.query('begin; select pg_advisory_xact_lock(1)');
      await other.query('begin; select pg_advisory_xact_lock(2)');
      await Promise.all([one.query('select pg_advisory_xact_lock(2)'), other.query('select pg_advisory_xact_lock(1)')]);
    },
  },
  '53300': {
    meaning: 'scarce',
    provoke: async () => {
      await runSql(url, `drop role if exists nobody`, `create role nobody login password 'p' connection limit 0`);
      return connected({ connectionString: withUser('nobody', 'p') });
    },
  },
  '53100': { meaning: 'unavailable', provoke: raising('53100') },
  '55P03': {
    meaning: 'unavailable',
    provoke: async () => {
      await using other = await connected();
      await other.query('begin; select pg_advisory_xact_lock(3)');
      await statements('set lock_timeout = 20', 'select pg_advisory_lock(3)')();
    },
  },
  '57014': { meaning: 'unavailable', provoke: statements('set statement_timeout = 20', 'select pg_sleep(5)') },
  '57P01': {
    meaning: 'unavailable',
    provoke: statements('select pg_terminate_backend(pg_backend_pid())'),
  },
  '58030': { meaning: 'unavailable', provoke: raising('58030') },
  F0000: { meaning: 'unavailable', provoke: raising('F0000') },
  XX000: { meaning: 'unavailable', provoke: raising('XX000') },
  XX001: { meaning: 'unavailable', provoke: raising('XX001') },
};

function withPassword(password: string): string {
  return Object.assign(new URL(url), { password }).href;
}
function withUser(username: string, password: string): string {
  return Object.assign(new URL(url), { username, password }).href;
}
function withDatabase(pathname: string): string {
  return Object.assign(new URL(url), { pathname }).href;
}

describe('an error of Postgres', () => {
  for (const [state, { meaning, provoke }] of Object.entries(CASES)) {
    it(`with the SQLSTATE ${state} means ${meaning ?? 'that the statement is wrong'}`, async () => {
      const error = await errorOf(provoke);
      assert.equal(error instanceof Error && 'code' in error && error.code, state);
      assert.equal(meaningOf(error), meaning);
    });
  }

  it('of the network or of TLS is told by its code, or by the words of the driver', async () => {
    const nobody = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    assert.equal(meaningOf(await errorOf(() => connected({ connectionString: nobody }))), 'unavailable');
    const unknown = 'postgres://nobody@nowhere.invalid/none';
    assert.equal(meaningOf(await errorOf(() => connected({ connectionString: unknown }))), 'unavailable');
    assert.equal(meaningOf(await errorOf(() => connected({ ssl: true }))), 'refused');
    for (const code of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'EPROTO']) {
      assert.equal(meaningOf(Object.assign(new Error('no'), { code })), 'refused', code);
    }
    for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND']) {
      assert.equal(meaningOf(Object.assign(new Error('no'), { code })), 'unavailable', code);
    }
    assert.equal(meaningOf(new TypeError('x is not a function')), undefined);
  });

  const UNUSABLE: Readonly<Record<string, { at: () => string; says: RegExp }>> = {
    'a wrong password': { at: () => withPassword('wrong'), says: /Correct user and password/ },
    'a database that is not there': { at: () => withDatabase('nowhere'), says: /no such database.*Create it/ },
    'a server without TLS': { at: () => `${url}?sslmode=verify-full`, says: /sslmode/ },
    'nobody at the port': { at: () => 'postgres://a:b@127.0.0.1:1/none', says: /ECONNREFUSED.*/ },
  };
  for (const [what, { at, says }] of Object.entries(UNUSABLE)) {
    it(`at the start, ${what}, says what to do`, async () => {
      await assert.rejects(openPostgresStores(at()), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'unusable_database');
        assert.match(error.message, says);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    });
  }

  it('of a user who may not make tables says what to do', async () => {
    const fresh = await server.createDatabase();
    await runSql(fresh, `drop role if exists reader`, `create role reader login password 'p'`);
    const asReader = Object.assign(new URL(fresh), { username: 'reader', password: 'p' }).href;
    await assert.rejects(openPostgresStores(asReader), { code: 'unusable_database', message: /Make it the owner/ });
  });
});

describe('a statement that was prepared', () => {
  it('is asked again where a migration has changed its result', async () => {
    const fresh = await server.createDatabase();
    await using stores = await openPostgresStores(fresh);
    const find = () => Promise.all(Array.from({ length: 20 }, () => stores.apiKeys.find('nobody')));
    await find();
    await runSql(fresh, 'alter table api_keys add column more text');
    assert.deepEqual(new Set(await find()), new Set([undefined]));
  });

  it('is asked again where the session has forgotten it, and in a transaction by whoever began that', async () => {
    const servers = new PostgresServers(new Secret(url), () => undefined);
    const pool = new PostgresPool(servers, 1, () => undefined);
    const ask = 'select $1::int + 1 as n';
    let client = await pool.connect();
    await client.query(ask, [1]);
    await client.query('deallocate all');
    assert.deepEqual((await client.query(ask, [2])).rows, [{ n: 3 }]);
    assert.ok(pool.isSpent(client));
    client.release(true);
    client = await pool.connect();
    await client.query(ask, [1]);
    await client.query('deallocate all');
    await client.query(BEGIN);
    await assert.rejects(client.query(ask, [2]), { code: '26000' });
    client.release(true);
    await pool.end();
  });

  it('has a name that is of its text alone', () => {
    const [one, other] = [statementName('select $1::int'), statementName('select $1::text')];
    assert.match(one ?? '', /^evergrant-[0-9a-f]{48}$/);
    assert.notEqual(one, other);
    assert.equal(statementName('select $1::int'), one);
  });
});

describe('a server with four connections to give', () => {
  it('serves a crowd with those', async () => {
    const fresh = await server.createDatabase();
    const name = new URL(fresh).pathname.slice(1);
    // One more is for the notices.
    await runSql(
      fresh,
      `create role ${name} login password 'p' connection limit 5`,
      `alter database ${name} owner to ${name}`,
    );
    const limited = Object.assign(new URL(fresh), { username: name, password: 'p' }).href;
    await using stores = await openPostgresStores(limited);
    await runSql(
      fresh,
      'create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(0.05); return new; end $$',
      'create trigger slowly before insert on grants for each row execute function slowly()',
    );
    await connectMany(stores, 60);
    assert.equal(await countViews(stores, 60), 60);
  });

  it('says so at once where it has none to give', async () => {
    const fresh = await server.createDatabase();
    const name = new URL(fresh).pathname.slice(1);
    await runSql(fresh, `create role ${name} login password 'p' connection limit 0`);
    const none = Object.assign(new URL(fresh), { username: name, password: 'p' }).href;
    await assert.rejects(openPostgresStores(none), { code: 'unusable_database', message: /no connection left/ });
  });
});
