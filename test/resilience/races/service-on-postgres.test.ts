import { after, describe, it } from 'node:test';
import { Pool } from 'pg';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { effort } from '../../support/effort.ts';
import { startServiceProcesses } from '../../support/service/start-service-process.ts';
import { startSandbox } from '../../support/service/start-sandbox.ts';
import { environment, newFolder } from '../../support/service/start-service.ts';
import { CALLERS, RUNS, storms, type Ledger } from '../service/storms.ts';

const PROCESSES = effort({ smoke: 2, proofs: 4, long: 4 });
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
  return { sandbox, urls, ledger, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

describe(`${CALLERS} callers at once, ${RUNS} times, on Postgres`, () => {
  it(`cost one call upstream in ${PROCESSES} processes`, async () => {
    await using services = await startOnPostgres();
    await storms(services.sandbox, services.urls, services.ledger);
  });
});
