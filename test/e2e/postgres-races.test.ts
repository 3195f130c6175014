import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { Pool } from 'pg';
import { startPostgres } from '../stores/start-postgres.ts';
import { call, tokenOf } from './answer.ts';
import { jwt } from './credentials.ts';
import { startServiceProcesses } from './start-service-process.ts';
import { startSandbox } from './start-sandbox.ts';
import { environment, newFolder, TOKEN_PATH } from './start-service.ts';
import { CALLERS, oneToken, RUNS, storms, type Ledger } from './storms.ts';

const PROCESSES = 4;
const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

/** Services of their own processes on one new Postgres database. */
async function startOnPostgres() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(newFolder());
  const sandbox = opened.use(await startSandbox({ latency_ms: 150 }));
  const url = await server.createDatabase();
  const pool = opened.adopt(new Pool({ connectionString: url, max: 2 }), (each) => each.end());
  const env = { ...environment(sandbox.url, folder.databasePath), EVERGRANT_DATABASE_URL: url };
  const processes = opened.use(await startServiceProcesses(PROCESSES, env));
  const ledger: Ledger = {
    expireAll: () => pool.query('update credentials set expires_at = 0'),
    unfortunate: async () =>
      (await pool.query("select * from exchanges where outcome is distinct from 'obtained'")).rows,
  };
  const parts = opened.move();
  const urls = processes.all.map((each) => each.url);
  return { sandbox, urls, ledger, processes, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

describe(`${CALLERS} callers at once, ${RUNS} times, on Postgres`, () => {
  it(`cost one call upstream in ${PROCESSES} processes`, async () => {
    await using services = await startOnPostgres();
    await storms(services.sandbox, services.urls, services.ledger);
  });

  it('find the token of an instance that was killed in the middle of its call', async () => {
    await using services = await startOnPostgres();
    const { sandbox, urls, ledger, processes } = services;
    const [url = ''] = urls;
    const bearer = jwt('alice');
    const first = oneToken([await call(url + TOKEN_PATH, 'POST', { bearer })]);
    await ledger.expireAll();
    await sandbox.control('PUT', '/settings', { latency_ms: 1_500 });
    const abandoned = call(url + TOKEN_PATH, 'POST', { bearer }).catch(() => undefined);
    while ((await sandbox.count('refresh')) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await processes.all[0]?.kill();
    await abandoned;
    await sandbox.control('PUT', '/settings', { latency_ms: 0 });
    const answer = await call((urls[1] ?? '') + TOKEN_PATH, 'POST', { bearer });
    const { access_token: token } = tokenOf(answer);
    assert.notEqual(token, first);
    assert.equal((await sandbox.me(token)).status, 200);
    assert.equal((await sandbox.users()).length, 1);
  });
});
