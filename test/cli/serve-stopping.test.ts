import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, toProblem, tokenOf } from '../support/service/answer.ts';
import { jwt } from '../support/service/credentials.ts';
import { startSandbox } from '../support/service/start-sandbox.ts';
import { environment, TOKEN_PATH } from '../support/service/start-service.ts';
import { startRestartablePostgres } from '../support/restartable-postgres.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import {
  inTime,
  newWorkFolder,
  startEvergrant,
  type RunningCommand,
  type WorkFolder,
} from '../support/start-command.ts';

const postgres = await startRestartablePostgres();
after(() => postgres[Symbol.asyncDispose]());

/** A service that serves, and its address. */
async function serving(
  folder: WorkFolder,
  env: Record<string, string>,
): Promise<AsyncDisposable & { command: RunningCommand; url: string }> {
  const command = startEvergrant(['serve'], { cwd: folder.path, env });
  await command.printed(/listens on http/);
  const url = /listens on (\S+)/.exec(command.stdout())?.[1] ?? '';
  return { command, url, [Symbol.asyncDispose]: () => command.kill() };
}

/** One request on a connection that is kept where the answer lets it. */
async function kept(agent: Agent, url: string): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      response.resume().once('end', () => {
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection });
      });
    });
    sent.once('error', reject).end();
  });
}

describe('evergrant serve, told to stop', { concurrency: 4 }, () => {
  it('still serves for a while, is not ready, and ends connections by its answers: no request is cut', async () => {
    using folder = newWorkFolder();
    const env = environment('http://127.0.0.1:9', join(folder.path, 'evergrant.db'), { EVERGRANT_DRAIN: '3' });
    await using service = await serving(folder, env);
    const { command, url } = service;
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    assert.deepEqual(await kept(agent, `${url}/healthz`), { status: 200, connection: 'keep-alive' });
    let [answered, isOver] = [0, false];
    const callers = Array.from({ length: 4 }, async () => {
      // A caller goes elsewhere once it is told to, as a load balancer does.
      while (!isOver) {
        assert.equal((await kept(agent, `${url}/healthz`)).status, 200);
        answered += 1;
        if ((await kept(agent, `${url}/readyz`)).status === 503) isOver = true;
      }
    });
    while (answered < 100) await sleep(10);
    command.signal('SIGTERM');
    await command.printed(/Stopping/);
    await Promise.all(callers);
    toProblem(await call(`${url}/readyz`, 'GET'), 503, 'stopping');
    toProblem(await call(`${url}/readyz/`, 'GET'), 503, 'stopping');
    assert.deepEqual(await kept(agent, `${url}/healthz`), { status: 200, connection: 'close' });
    assert.deepEqual(await kept(agent, `${url}/nothing-here`), { status: 404, connection: 'close' });
    assert.equal((await inTime(command.ended, () => 'SIGTERM should have ended it')).code, 0);
    agent.destroy();
  });

  it('tells the callers whose answers were on their way to close as well', async () => {
    using folder = newWorkFolder();
    await using sandbox = await startSandbox({ latency_ms: 1_500 });
    const env = environment(sandbox.url, join(folder.path, 'evergrant.db'), { EVERGRANT_DRAIN: '0.2' });
    await using service = await serving(folder, env);
    const { command, url } = service;
    const asked = call(url + TOKEN_PATH, 'POST', { bearer: jwt('alice') });
    while ((await sandbox.count('create')) === 0) await sleep(20);
    command.signal('SIGTERM');
    const answer = await asked;
    tokenOf(answer);
    assert.equal(answer.headers.get('connection'), 'close');
    assert.equal((await inTime(command.ended, () => 'SIGTERM should have ended it')).code, 0);
  });

  it('twice, ends at once, says what was under way, and keeps the answer in hand', async () => {
    using folder = newWorkFolder();
    await using scene = await silentScene(folder, {});
    const { command } = scene;
    await command.printed(/Stopping/);
    // By now Cal.com has answered, and the database has not.
    await sleep(2_500);
    assert.deepEqual(rescued(folder), []);
    const since = performance.now();
    command.signal('SIGINT');
    const { code, stderr } = await inTime(command.ended, () => 'the second signal should have ended it');
    assert.ok(performance.now() - since < 5_000);
    assert.equal(code, 1);
    assert.match(stderr, /Ended at once by another SIGINT\. Still under way: 1 renewal\b/);
    assert.equal(rescued(folder).length, 1, 'the token that Cal.com gave');
  });

  it('while its database is silent, has a limit, keeps the answer in hand, and says so', async () => {
    using folder = newWorkFolder();
    await using scene = await silentScene(folder, { EVERGRANT_UPSTREAM_TIMEOUT: '2', EVERGRANT_CALLER_WAIT: '1' });
    const { command } = scene;
    const since = performance.now();
    const { code, stderr } = await inTime(command.ended, () => 'it should have ended by itself');
    const tookMs = performance.now() - since;
    assert.ok(tookMs < 45_000, `${tookMs} ms`);
    assert.equal(code, 1, stderr);
    assert.match(stderr, /The stop took longer than 17 seconds\. Still under way: 1 renewal/);
    assert.equal(rescued(folder).length, 1, 'the token that Cal.com gave');
  });

  it('while its database is silent and nothing is in flight, ends soon', async () => {
    using folder = newWorkFolder();
    await using proxy = await startTcpProxy(postgres.port);
    const env = silentEnvironment(folder, await databaseBehind(proxy), 'http://127.0.0.1:9');
    await using service = await serving(folder, env);
    const { command } = service;
    proxy.stall();
    await sleep(100);
    command.signal('SIGTERM');
    await inTime(command.ended, () => 'it should have ended by itself');
    proxy.heal();
  });
});

let databases = 0;

async function databaseBehind(proxy: TcpProxy): Promise<string> {
  const database = new URL(await postgres.createDatabase(`silent_${++databases}`));
  database.port = String(proxy.port);
  return database.href;
}

function silentEnvironment(folder: WorkFolder, database: string, sandboxUrl: string): Record<string, string> {
  return environment(sandboxUrl, '', {
    EVERGRANT_DATABASE_URL: database,
    EVERGRANT_DRAIN: '0',
    EVERGRANT_RESCUE_DIR: join(folder.path, 'rescue'),
  });
}

/** A service that was told to stop, whose database says nothing more, and which Cal.com is about to give a token. */
async function silentScene(
  folder: WorkFolder,
  more: Record<string, string>,
): Promise<AsyncDisposable & { command: RunningCommand }> {
  await using started = new AsyncDisposableStack();
  const sandbox = started.use(await startSandbox({ latency_ms: 1_000 }));
  const proxy = started.use(await startTcpProxy(postgres.port));
  const env = { ...silentEnvironment(folder, await databaseBehind(proxy), sandbox.url), ...more };
  const { command, url } = await serving(folder, env);
  started.use(command);
  const asked = call(url + TOKEN_PATH, 'POST', { bearer: jwt('alice') }).catch((error: unknown) => error);
  started.defer(async () => {
    await asked;
  });
  while ((await sandbox.count('create')) === 0) await sleep(20);
  proxy.stall();
  command.signal('SIGTERM');
  const parts = started.move();
  return { command, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function rescued({ path }: WorkFolder): string[] {
  const folder = join(path, 'rescue');
  return existsSync(folder) ? readdirSync(folder) : [];
}
