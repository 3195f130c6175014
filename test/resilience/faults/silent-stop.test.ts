import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { runService } from '../../../src/composition/run-service.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { call, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startSandbox } from '../../support/service/start-sandbox.ts';
import { environment, newFolder, TOKEN_PATH } from '../../support/service/start-service.ts';
import { connectMany, openPostgresStores } from '../../support/stores/open-postgres.ts';
import { startPostgres } from '../../support/stores/start-postgres.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';

/** What each of two parts may take, and a busy machine. */
const STORES_MS = 8_000;
/** A statement that was asked before the stop may have its time first. */
const SERVICE_MS = 25_000;

const server = await startPostgres();
after(() => server[Symbol.asyncDispose]());

async function throughProxy() {
  const url = new URL(await server.createDatabase());
  const proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  return { url: url.href, proxy, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

async function took(work: () => Promise<unknown>, mostMs: number): Promise<void> {
  const since = performance.now();
  await work();
  const ms = performance.now() - since;
  assert.ok(ms < mostMs, `${Math.round(ms)} ms`);
}

describe('while the database is silent', { concurrency: true }, () => {
  it('the stores close all the same, with statements under way or without', async () => {
    for (const isBusy of [false, true]) {
      await using at = await throughProxy();
      const stores = await openPostgresStores(at.url);
      await connectMany(stores, 20);
      at.proxy.stall();
      const asked = isBusy ? stores.grants.view('realm', 'user-0').catch((error: unknown) => error) : undefined;
      await took(async () => stores[Symbol.asyncDispose](), STORES_MS);
      await asked;
    }
  });

  it('the service stops all the same', async () => {
    await using at = await throughProxy();
    await using sandbox = await startSandbox();
    using folder = newFolder();
    const more = { EVERGRANT_DATABASE_URL: at.url, EVERGRANT_LOG_LEVEL: 'silent' };
    const env = {
      ...environment(sandbox.url, folder.databasePath, more),
      EVERGRANT_RESCUE_DIR: `${folder.databasePath}-rescue`,
    };
    const service = await runService(loadConfig(env));
    tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice') }));
    at.proxy.stall();
    await took(() => service.close(), SERVICE_MS);
  });
});
