import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf, type Answer } from '../../support/service/answer.ts';
import { startServiceProcess } from '../../support/service/start-service-process.ts';
import { noInjection, whileSyncsFail } from './failing-sync.ts';
import { watchHealth } from './health-watch.ts';
import { assertNothingLost } from './reckoning.ts';
import { arrived, newScene, untilServed, withServices, type Scene } from '../../support/scene.ts';

/** Many times what it takes on an idle machine, and tracing costs. */
const PROMPT_MS = 3_000;

async function newExpiredScene(): Promise<Scene> {
  const scene = await newScene();
  tokenOf(await scene.ask(0, 'alice'));
  await scene.expireAll();
  return scene;
}

describe('while the disk refuses to sync', { skip: noInjection() ?? false, concurrency: 4 }, () => {
  it('Cal.com is not asked, for nothing could be kept; afterwards all is well', async () => {
    await using scene = await newExpiredScene();
    const { sandbox, services } = scene;
    await whileSyncsFail(services[0]?.pid ?? 0, async () => {
      for (let round = 0; round < 3; round += 1) {
        assert.equal((await scene.ask(0, 'alice')).status, 500);
        assert.equal((await scene.ask(0, 'bob')).status, 500);
      }
      assert.deepEqual([await sandbox.count('refresh'), await sandbox.count('create')], [0, 1]);
    });
    await assertNothingLost(scene, ['alice', 'bob']);
  });

  it('what Cal.com has answered is not called stored, and is stored afterwards without asking twice', async () => {
    await using scene = await newExpiredScene();
    const { sandbox, services } = scene;
    await sandbox.fault('refresh', { delay_ms: 1_500 }, 1);
    let heard: Answer | undefined;
    const asked = scene.ask(0, 'alice').then((answer) => (heard = answer));
    await arrived(sandbox, 'refresh', 1);
    const health = watchHealth(services);
    await whileSyncsFail(services[0]?.pid ?? 0, async () => {
      await sleep(5_000);
      assert.equal(heard, undefined, 'nobody was told of a token that is not on the disk');
      assert.match(services[0]?.output() ?? '', /could not be stored/);
    });
    const { access_token: token } = tokenOf(await asked);
    assert.equal((await sandbox.me(token)).status, 200);
    assert.ok((await health.stop()) < PROMPT_MS);
    assert.equal(await sandbox.count('refresh'), 1);
    // What a caller was given must be there for whoever comes after a crash.
    await services[0]?.kill();
    await using successor = await startServiceProcess(scene.env);
    const later = withServices(scene, [successor]);
    assert.equal(tokenOf(await later.ask(0, 'alice')).access_token, token);
    await assertNothingLost(later, ['alice']);
  });

  it('and the service ends, the next one has the account back in one step', async () => {
    await using scene = await newExpiredScene();
    const { sandbox, services } = scene;
    await sandbox.fault('refresh', { delay_ms: 1_500 }, 1);
    const lost = scene.ask(0, 'alice').catch((error: unknown) => error);
    await arrived(sandbox, 'refresh', 1);
    await whileSyncsFail(services[0]?.pid ?? 0, async () => {
      await sleep(3_500);
      await services[0]?.kill();
    });
    await lost;
    await using successor = await startServiceProcess(scene.env);
    const later = withServices(scene, [successor]);
    const { access_token: token } = tokenOf(await untilServed(() => later.ask(0, 'alice'), 20_000));
    assert.equal((await sandbox.me(token)).status, 200);
    assert.ok((await sandbox.count('force-refresh')) <= 1);
    assert.equal((await sandbox.users()).length, 1);
  });
});
