import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, tokenOf } from '../../support/service/answer.ts';
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

/** Less than the lease of ten seconds, and far less than the two minutes for which a call may stay in flight. */
const PROMPT_MS = 7_000;

interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly env: Environment;
  readonly survivor: ServiceProcess;
  readonly databasePath: string;
}

async function newScene(): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const { databasePath } = started.use(newFolder());
  const sandbox = started.use(await startSandbox());
  const env = environment(sandbox.url, databasePath);
  const survivor = started.use(await startServiceProcess(env));
  const all = started.move();
  return { sandbox, env, survivor, databasePath, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

async function ask(service: ServiceProcess): Promise<any> {
  return tokenOf(await call(service.url + TOKEN_PATH, 'POST', { bearer: jwt('alice') }));
}

/** Brings alice to where her next call makes this call upstream. */
async function leadTo(kind: UpstreamCall, { sandbox, survivor, databasePath }: Scene): Promise<void> {
  if (kind === 'create') return;
  await ask(survivor);
  expireStored(databasePath);
  await sandbox.control('POST', '/tokens/expire', { all: true });
  if (kind === 'force-refresh') await sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
}

/** What holds the call of the one that dies: nothing was done, or all was and the answer is on its way. */
const HOLDS = { 'hangs upstream': { hang: true }, 'is done, but not answered': { delay_ms: 90_000 } };

describe('when one of two instances is killed', { concurrency: 2 }, () => {
  for (const kind of ['refresh', 'force-refresh', 'create'] as const) {
    for (const [what, fault] of Object.entries(HOLDS)) {
      it(`while its ${kind} ${what}, the other one takes over at once`, async () => {
        await using scene = await newScene();
        const { sandbox, survivor } = scene;
        await using victim = await startServiceProcess(scene.env);
        await leadTo(kind, scene);
        await sandbox.fault(kind, fault, 1);
        const before = await sandbox.count(kind);
        const lost = ask(victim).catch(() => undefined);
        while ((await sandbox.count(kind)) === before) await sleep(10);
        // One caller waits for the exchange of the one that is about to die, one comes after.
        const waiting = ask(survivor);
        await sleep(300);
        assert.equal(await sandbox.count(kind), before + 1, 'as long as it lives nobody meddles');
        const since = performance.now();
        await victim.kill();
        const tokens = [await waiting, await ask(survivor)].map(({ access_token: token }): string => token);
        const took = performance.now() - since;
        await lost;
        assert.ok(took < PROMPT_MS, `${took} ms`);
        assert.equal(tokens[0], tokens[1]);
        const { status, json } = await sandbox.me(tokens[0] ?? '');
        assert.equal(status, 200);
        assert.match(json.data.email, /^alice\+/);
        assert.equal((await sandbox.users()).length, 1);
        const [cut] = readRows(scene.databasePath, "select count(*) as n from exchanges where outcome = 'unknown'");
        assert.equal(cut.n, 1, 'the exchange of the dead one is known to have no answer');
      });
    }
  }
});
