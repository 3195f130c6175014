import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { effort } from '../../support/effort.ts';
import { call, retryAfterMs, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startServiceProcess, type ServiceProcess } from '../../support/service/start-service-process.ts';
import { startSandbox, type Sandbox, type UpstreamCall } from '../../support/service/start-sandbox.ts';
import {
  environment,
  expireStored,
  newFolder,
  readRows,
  TOKEN_PATH,
  type Environment,
} from '../../support/service/start-service.ts';

const KILLS = effort({ smoke: 3, proofs: 6, long: 100 });
const SUBJECTS = ['alice', 'bob', 'carol'];
/** How many more there may be until one of them hits. */
const MOST_MISSES = 60;
/** How long the sandbox sits on an answer, so that a kill can hit the call before, during and after its work. */
const LATENCY_MS = 60;

function ask(url: string, subject: string, body: object = {}): Promise<Answer> {
  return call(url + TOKEN_PATH, 'POST', { bearer: jwt(subject), body });
}

/** Asks for every user's token, kills the service in the midst of that, and lets the callers go. */
async function killAtWork(service: ServiceProcess, moment: Promise<unknown>, body: object = {}): Promise<void> {
  const asked = SUBJECTS.map((subject) => ask(service.url, subject, body).catch(() => undefined));
  await moment;
  await service.kill();
  await Promise.all(asked);
}

/** Every user gets a token that Cal.com accepts, at most after the wait that was asked for. */
async function assertServesAll(service: ServiceProcess, sandbox: Sandbox): Promise<void> {
  for (const subject of SUBJECTS) {
    let answer = await ask(service.url, subject);
    if (answer.status === 500) {
      await sleep(retryAfterMs(answer));
      answer = await ask(service.url, subject);
    }
    assert.equal(answer.status, 200, `${subject}: ${answer.text}\n${service.output()}`);
    const { status, json } = await sandbox.me(answer.json.access_token);
    assert.equal(status, 200, `${subject} got a token that Cal.com refuses\n${service.output()}`);
    assert.match(json.data.email, new RegExp(`^${subject}\\+`));
  }
  const emails = (await sandbox.users()).map(({ email }): string => email);
  assert.equal(emails.length, SUBJECTS.length, 'one user each upstream');
  assert.equal(new Set(emails).size, SUBJECTS.length);
}

/** How many exchanges the next service has found cut off by a kill, or will find so. */
function cutExchanges(databasePath: string): number {
  const cut = "detail = 'the process ended before the answer'";
  return readRows(databasePath, `select 1 from exchanges where outcome is null or ${cut}`).length;
}

/** Resolves when so many of these calls have arrived upstream. */
async function arrived(sandbox: Sandbox, kind: UpstreamCall, count: number): Promise<void> {
  const until = Date.now() + 20_000;
  while ((await sandbox.count(kind)) < count) {
    assert.ok(Date.now() < until, `${count} ${kind} calls should have arrived`);
    await sleep(10);
  }
}

/** A sandbox and an environment whose database outlives every service. */
async function newScene(settings: object = {}) {
  await using started = new AsyncDisposableStack();
  const { databasePath } = started.use(newFolder());
  const sandbox = started.use(await startSandbox(settings));
  const env: Environment = environment(sandbox.url, databasePath);
  const all = started.move();
  return { sandbox, env, databasePath, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

describe('a service that is killed', () => {
  it(`at ${KILLS} random moments loses nobody's account`, async (context) => {
    await using scene = await newScene({ latency_ms: LATENCY_MS });
    // On a busy machine all of a few kills may come too early or too late.
    for (let kill = 1; kill <= KILLS || cutExchanges(scene.databasePath) === 0; kill += 1) {
      assert.ok(kill <= KILLS + MOST_MISSES, 'at least one kill hit an exchange');
      await using service = await startServiceProcess(scene.env);
      // Every third time alone, so that a kill also meets what another one left behind.
      if (kill % 3 === 0) await assertServesAll(service, scene.sandbox);
      expireStored(scene.databasePath);
      const afterMs = Math.random() * 4 * LATENCY_MS;
      context.diagnostic(`kill ${kill} after ${afterMs.toFixed(0)} ms`);
      await killAtWork(service, sleep(afterMs), { force_refresh: kill % 2 === 0 });
    }
    await using service = await startServiceProcess(scene.env);
    await assertServesAll(service, scene.sandbox);
  });

  it('while Cal.com works on a create, a refresh or a force-refresh is whole again at the next start', async () => {
    await using scene = await newScene();
    const { sandbox, env } = scene;
    for (const kind of ['create', 'refresh', 'force-refresh'] as const) {
      await using service = await startServiceProcess(env);
      if (kind !== 'create') {
        await assertServesAll(service, sandbox);
        expireStored(scene.databasePath);
      }
      if (kind === 'force-refresh') await sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
      await sandbox.fault(kind, { delay_ms: 60_000 });
      await killAtWork(service, arrived(sandbox, kind, (await sandbox.count(kind)) + SUBJECTS.length));
      await sandbox.clearFaults();
    }
    await using service = await startServiceProcess(env);
    await assertServesAll(service, sandbox);
  });

  it('while Cal.com loses its memory makes the users anew', async () => {
    await using scene = await newScene({ latency_ms: LATENCY_MS });
    const { sandbox, env } = scene;
    for (const force of [false, true]) {
      await using service = await startServiceProcess(env);
      await assertServesAll(service, sandbox);
      expireStored(scene.databasePath);
      await killAtWork(service, sleep(Math.random() * 3 * LATENCY_MS), { force_refresh: force });
      await sandbox.control('POST', '/reset');
      await sandbox.control('PUT', '/settings', { rate_limit_per_minute: 0, latency_ms: LATENCY_MS });
      // Nothing tells us of a token that has gone before its time, so it must end first.
      expireStored(scene.databasePath);
    }
    await using service = await startServiceProcess(env);
    await assertServesAll(service, sandbox);
  });

  it('leaves its callers to a second service, once what it sent can no longer take effect', async () => {
    await using scene = await newScene();
    const { sandbox } = scene;
    // Until this timeout and a margin of 15 seconds have passed, a force-refresh might meet the lost create.
    const env = { ...scene.env, EVERGRANT_UPSTREAM_TIMEOUT: '1', EVERGRANT_CALLER_WAIT: '30' };
    await using survivor = await startServiceProcess(env);
    {
      await using victim = await startServiceProcess(env);
      await sandbox.fault('create', { delay_ms: 60_000 });
      await killAtWork(victim, arrived(sandbox, 'create', SUBJECTS.length));
      await sandbox.clearFaults();
    }
    await Promise.all(SUBJECTS.map((subject) => ask(survivor.url, subject)));
    await assertServesAll(survivor, sandbox);
  });
});
