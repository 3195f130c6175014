import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, tokenOf, type Answer } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { startServiceProcess } from '../../support/service/start-service-process.ts';
import { startSandbox } from '../../support/service/start-sandbox.ts';
import { environment, newFolder, readRows, TOKEN_PATH } from '../../support/service/start-service.ts';

const LOCKED_MS = 3_000;
/** Far more than a read takes on a busy machine, and far less than the lock. */
const PROMPT_MS = 1_000;

/** Another process's hold on a database. */
interface Lock extends AsyncDisposable {
  isHeld(): boolean;
  /** The time just before the lock was released, in epoch milliseconds, as the process that held it says. */
  readonly releasedAt: Promise<number>;
}

/** Resolves once another process holds the write lock. */
async function lock(databasePath: string): Promise<Lock> {
  const script = new URL('hold-the-write-lock.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, databasePath, String(LOCKED_MS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const isHeld = () => child.exitCode === null && child.signalCode === null;
  const lines = createInterface(child.stdout);
  const [locked, released] = [once(lines, 'line'), Promise.withResolvers<number>()];
  await Promise.race([
    locked,
    exited.then(() => {
      throw new Error('The lock could not be had.');
    }),
  ]);
  lines.on('line', (line) => {
    released.resolve(Number(line.split(' ')[1]));
  });
  return {
    isHeld,
    releasedAt: released.promise,
    [Symbol.asyncDispose]: async () => {
      if (isHeld()) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A service in a process of its own: were it stopped by the lock, this process would not be. */
async function newScene(settings: object = {}) {
  await using started = new AsyncDisposableStack();
  const { databasePath } = started.use(newFolder());
  const sandbox = started.use(await startSandbox(settings));
  const service = started.use(await startServiceProcess(environment(sandbox.url, databasePath)));
  const ask = (subject: string, body: object = {}): Promise<Answer> =>
    call(service.url + TOKEN_PATH, 'POST', { bearer: jwt(subject), body });
  const all = started.move();
  return { sandbox, databasePath, service, ask, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** For as long as the lock is held, asks for what needs no writing; gives how long each answer took. */
async function readsUnder(held: Lock, reads: readonly (() => Promise<Answer>)[]): Promise<number[]> {
  const took: number[] = [];
  while (held.isHeld()) {
    for (const read of reads) {
      const since = performance.now();
      const { status, text } = await read();
      assert.equal(status, 200, text);
      took.push(performance.now() - since);
    }
    await sleep(20);
  }
  return took;
}

describe('while another process holds the write lock of the database', { concurrency: 2 }, () => {
  it('health and live tokens are answered as ever, and a new user is once the lock is gone', async () => {
    await using scene = await newScene();
    const { ask, sandbox, service } = scene;
    const warm = tokenOf(await ask('alice')).access_token;
    await using held = await lock(scene.databasePath);
    let answeredAt = 0;
    const asked = ask('bob').then((answer) => {
      answeredAt = Date.now();
      return answer;
    });
    const took = await readsUnder(held, [
      () => call(`${service.url}/healthz`, 'GET'),
      () => call(`${service.url}/readyz`, 'GET'),
      async () => {
        const answer = await ask('alice');
        assert.equal(tokenOf(answer).access_token, warm);
        return answer;
      },
    ]);
    assert.ok(took.length >= 9, `${took.length} answers`);
    assert.ok(Math.max(...took) < PROMPT_MS, `the slowest of ${took.length} took ${Math.max(...took)} ms`);
    const { access_token: token } = tokenOf(await asked);
    assert.ok(answeredAt >= (await held.releasedAt), 'it had to wait');
    assert.match((await sandbox.me(token)).json.data.email, /^bob\+/);
    assert.equal(await sandbox.count('create'), 2, 'one for each user');
  });

  it('what Cal.com has answered is kept until it can be stored, and nobody asks twice', async () => {
    await using scene = await newScene();
    const { ask, sandbox } = scene;
    tokenOf(await ask('alice'));
    await sandbox.control('PUT', '/settings', { latency_ms: 700 });
    const asked = ask('alice', { force_refresh: true });
    while ((await sandbox.count('refresh')) === 0) await sleep(10);
    await using held = await lock(scene.databasePath);
    const also = ask('alice', { force_refresh: true });
    const took = await readsUnder(held, [() => ask('alice')]);
    assert.ok(Math.max(...took) < PROMPT_MS, `the slowest of ${took.length} took ${Math.max(...took)} ms`);
    const tokens = [tokenOf(await asked).access_token, tokenOf(await also).access_token];
    assert.equal(tokens[0], tokens[1]);
    assert.equal((await sandbox.me(tokens[0])).status, 200);
    assert.equal(await sandbox.count('refresh'), 1);
    const outcomes = readRows(scene.databasePath, 'select outcome from exchanges order by id');
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['obtained', 'obtained'],
    );
  });
});
