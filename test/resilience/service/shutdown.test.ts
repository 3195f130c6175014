import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runService, type RunningService } from '../../../src/composition/run-service.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { call, toProblem, tokenOf, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { open, received } from '../../support/service/raw-request.ts';
import { startSandbox, type Sandbox } from '../../support/service/start-sandbox.ts';
import { environment, newFolder, readRows, TOKEN_PATH, type Environment } from '../../support/service/start-service.ts';

/** By how much a busy machine may be late, in milliseconds. */
const SLACK_MS = 5_000;

interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly service: RunningService;
  readonly databasePath: string;
  ask(subject: string): Promise<Answer>;
}

/** A service as the commands run it. */
async function newScene(settings: object, more: Environment = {}): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const { databasePath } = started.use(newFolder());
  const sandbox = started.use(await startSandbox(settings));
  const env = environment(sandbox.url, databasePath, { EVERGRANT_LOG_LEVEL: 'silent', ...more });
  const service = await runService(loadConfig(env));
  const all = started.move();
  return {
    sandbox,
    service,
    databasePath,
    ask: (subject) => call(service.url + TOKEN_PATH, 'POST', { bearer: jwt(subject) }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** How long closing takes, in milliseconds; gives up long after it should be over. */
async function closing(service: RunningService): Promise<number> {
  const since = performance.now();
  const late = sleep(40_000, 'late', { ref: false });
  assert.notEqual(await Promise.race([service.close(), late]), 'late', 'it never ended');
  return performance.now() - since;
}

async function arrived(sandbox: Sandbox): Promise<void> {
  while ((await sandbox.count('create')) === 0) await sleep(10);
}

/** Says that it will send a body of a hundred bytes, and sends seven. */
async function sendHalf(url: string): Promise<{ answer: Promise<string> } & Disposable> {
  const socket = await open(url);
  const head = `POST ${TOKEN_PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jwt('half')}`;
  socket.write(`${head}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"cal_e`);
  return {
    answer: received(socket),
    [Symbol.dispose]: () => {
      socket.destroy();
    },
  };
}

describe('a service that stops', { concurrency: 4 }, () => {
  it('is held up by a half-sent request no longer than its patience, and answers the others meanwhile', async () => {
    await using scene = await newScene({ latency_ms: 500 }, { EVERGRANT_CALLER_WAIT: '5' });
    using half = await sendHalf(scene.service.url);
    const asked = scene.ask('alice');
    await arrived(scene.sandbox);
    const took = await closing(scene.service);
    assert.ok(took < 5_000 + 3_000 + SLACK_MS, `${took} ms`);
    tokenOf(await asked);
    assert.doesNotMatch(await half.answer, /^HTTP\/1\.1 2/);
    assert.equal(readRows(scene.databasePath, 'select 1 from credentials').length, 1);
  });

  it('has ended soon after the last answer, though its callers keep their connections', async () => {
    await using scene = await newScene({ latency_ms: 500 });
    const asked = ['alice', 'bob', 'carol'].map((subject) => scene.ask(subject));
    await arrived(scene.sandbox);
    const took = await closing(scene.service);
    for (const answer of await Promise.all(asked)) tokenOf(answer);
    assert.ok(took < 500 + SLACK_MS, `${took} ms`);
  });

  it('has ended at once where only idle connections are left', async () => {
    await using scene = await newScene({});
    tokenOf(await scene.ask('alice'));
    const took = await closing(scene.service);
    assert.ok(took < SLACK_MS, `${took} ms`);
  });

  it('accepts nobody new, and stores what it was still asking for when its caller gave up', async () => {
    await using scene = await newScene({ latency_ms: 2_000 }, { EVERGRANT_CALLER_WAIT: '0.5' });
    const asked = scene.ask('alice');
    await arrived(scene.sandbox);
    const closed = closing(scene.service);
    await assert.rejects(scene.ask('bob'));
    toProblem(await asked, 500, 'upstream_slow');
    await closed;
    const rows = readRows(scene.databasePath, 'select outcome from exchanges');
    assert.deepEqual(
      rows.map(({ outcome }) => outcome),
      ['obtained'],
    );
    assert.equal(readRows(scene.databasePath, 'select 1 from credentials').length, 1);
  });
});
