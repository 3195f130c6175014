import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../support/service/answer.ts';
import { effort } from '../../support/effort.ts';
import { assertNothingLost, reckon } from './reckoning.ts';
import { startRestartablePostgres } from '../../support/restartable-postgres.ts';
import { arrived, newScene, untilServed, type Scene } from '../../support/scene.ts';

/** The lease is ten seconds. */
const PAUSE_MS = effort({ smoke: 12_500, proofs: 12_500, long: 30_000 });
const BLOCK_MS = 20_000;

const postgres = await startRestartablePostgres();
after(() => postgres[Symbol.asyncDispose]());
let databases = 0;

type Kind = 'SQLite' | 'Postgres';
const KINDS = effort<readonly Kind[]>({
  smoke: ['Postgres'],
  proofs: ['SQLite', 'Postgres'],
  long: ['SQLite', 'Postgres'],
});

/** Two instances, and alice with an access token that has ended. */
async function newPair(kind: Kind, env: Record<string, string> = {}): Promise<Scene> {
  const where = kind === 'SQLite' ? {} : { postgres: { url: await postgres.createDatabase(`paused_${++databases}`) } };
  const scene = await newScene({ instances: 2, env, ...where });
  tokenOf(await scene.ask(0, 'alice'));
  await scene.expireAll();
  return scene;
}

/** Stops a service as a paused virtual machine would, and lets it go on after `ms`. */
async function pause(scene: Scene, service: number, ms: number): Promise<void> {
  const pid = scene.services[service]?.pid ?? 0;
  process.kill(pid, 'SIGSTOP');
  try {
    await sleep(ms);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

// One that is paused during a refresh is in test/kinds, with every kind of provider.
describe('when of two instances the one that holds a grant', { concurrency: 8 }, () => {
  for (const kind of KINDS) {
    it(`on ${kind} is paused while Cal.com creates the account, there is one user and nothing is lost`, async () => {
      await using scene = await newPair(kind);
      const { sandbox } = scene;
      await sandbox.fault('create', { delay_ms: 2_000 }, 1);
      const late = scene.ask(0, 'bob').catch((error: unknown) => error);
      await arrived(sandbox, 'create', 2);
      const paused = pause(scene, 0, PAUSE_MS);
      const other = scene.ask(1, 'bob');
      await paused;
      await Promise.all([late, other]);
      const served = tokenOf(await untilServed(() => scene.ask(1, 'bob'), 10_000));
      assert.equal((await sandbox.me(served.access_token)).status, 200);
      await assertNothingLost(scene, ['alice', 'bob']);
    });

    it(`on ${kind} is paused at any moment of a refresh, there is at most one extra call`, async () => {
      await using scene = await newPair(kind);
      const { sandbox } = scene;
      const subjects = ['alice', ...Array.from({ length: 7 }, (_, index) => `user-${index}`)];
      for (const subject of subjects) tokenOf(await scene.ask(0, subject));
      await scene.expireAll();
      await sandbox.control('DELETE', '/journal');
      await sandbox.control('PUT', '/settings', { latency_ms: 30 });
      const asked = subjects.map((subject) => scene.ask(0, subject).catch((error: unknown) => error));
      // Some have been stored by now, some are under way, some have not begun.
      await sleep(Math.random() * 60);
      await pause(scene, 0, PAUSE_MS);
      const others = await Promise.all(subjects.map((subject) => untilServed(() => scene.ask(1, subject), 20_000)));
      await Promise.all(asked);
      for (const answer of others) assert.equal((await sandbox.me(tokenOf(answer).access_token)).status, 200);
      const { given, refused, forced } = await reckon(scene);
      assert.equal(forced, 0);
      assert.ok(
        given >= subjects.length && given + refused <= 2 * subjects.length,
        `${given} given, ${refused} refused`,
      );
    });

    it(`on ${kind} has its event loop stopped for twenty seconds while Cal.com works, nothing is lost`, async () => {
      const preload = new URL('block-on-signal.ts', import.meta.url).href;
      await using scene = await newPair(kind, {
        NODE_OPTIONS: `--import=${preload}`,
        EVERGRANT_TEST_BLOCK_MS: String(BLOCK_MS),
      });
      const { sandbox, services } = scene;
      await sandbox.fault('refresh', { delay_ms: 1_000 }, 1);
      const late = scene.ask(0, 'alice').catch((error: unknown) => error);
      await arrived(sandbox, 'refresh', 1);
      process.kill(services[0]?.pid ?? 0, 'SIGUSR2');
      const since = performance.now();
      const served = tokenOf(await untilServed(() => scene.ask(1, 'alice'), BLOCK_MS + 10_000));
      await late;
      assert.ok(performance.now() - since > BLOCK_MS - 5_000, 'it was stopped');
      assert.equal((await sandbox.me(served.access_token)).status, 200);
      await assertNothingLost(scene, ['alice'], { refused: 1 });
    });
  }
});
