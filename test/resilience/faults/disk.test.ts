import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, tokenOf } from '../../support/service/answer.ts';
import { watchHealth } from './health-watch.ts';
import { assertNothingLost } from './reckoning.ts';
import { arrived, newScene, type Scene } from '../../support/scene.ts';
import { mountSmallDisk, noDisks, type SmallDisk } from './small-disk.ts';

/** Many times what it takes on an idle machine. */
const PROMPT_MS = 1_500;
const skip = noDisks() ?? false;

/** A service whose database, and so its rescue folder, is on a disk of its own. */
async function newDiskScene(): Promise<Scene & { readonly disk: SmallDisk }> {
  await using started = new AsyncDisposableStack();
  const disk = started.use(mountSmallDisk());
  const scene = started.use(await newScene({ databasePath: join(disk.path, 'evergrant.db') }));
  tokenOf(await scene.ask(0, 'alice'));
  const parts = started.move();
  return { ...scene, disk, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

describe('when the disk', { skip, concurrency: 4 }, () => {
  it('is full, live tokens are served and Cal.com is not asked; when there is space again, all is well', async () => {
    await using scene = await newDiskScene();
    const { sandbox, disk } = scene;
    const health = watchHealth(scene.services);
    disk.fill();
    // What is written already may have left a few free pages in the log.
    while ((await scene.ask(0, 'alice', { force_refresh: true })).json.refreshed === true) disk.fill();
    const before = await sandbox.count('refresh');
    for (let round = 0; round < 5; round += 1) {
      const forced = await scene.ask(0, 'alice', { force_refresh: true });
      assert.notEqual(forced.json.refreshed, true, forced.text);
      const { status, text } = await scene.ask(0, 'bob');
      assert.equal(status, 500, text);
      const { access_token: token } = tokenOf(await scene.ask(0, 'alice'));
      assert.equal((await sandbox.me(token)).status, 200);
    }
    assert.deepEqual([await sandbox.count('refresh'), await sandbox.count('create')], [before, 1]);
    assert.ok((await health.stop()) < PROMPT_MS);
    disk.clear();
    await assertNothingLost(scene, ['alice', 'bob']);
  });

  it('becomes full while Cal.com answers, the tokens are kept in memory and stored when there is space', async () => {
    await using scene = await newDiskScene();
    const { sandbox, disk } = scene;
    const health = watchHealth(scene.services);
    await sandbox.fault('refresh', { delay_ms: 1_500 }, 1);
    const asked = scene.ask(0, 'alice', { force_refresh: true });
    await arrived(sandbox, 'refresh', 1);
    disk.fill();
    await sleep(4_000);
    const output = scene.services[0]?.output() ?? '';
    assert.match(output, /could not be stored/);
    assert.match(output, /could not be kept beside the database either/);
    disk.clear();
    const answer = tokenOf(await asked);
    assert.equal(answer.refreshed, true);
    assert.equal((await sandbox.me(answer.access_token)).status, 200);
    assert.equal(await sandbox.count('refresh'), 1);
    assert.ok((await health.stop()) < PROMPT_MS);
    await assertNothingLost(scene, ['alice']);
  });

  it('becomes readable alone, live tokens are served and Cal.com is not asked', async () => {
    await using scene = await newDiskScene();
    const { sandbox, disk } = scene;
    const before = tokenOf(await scene.ask(0, 'alice')).access_token;
    disk.breakDown();
    for (let round = 0; round < 3; round += 1) {
      const { access_token: token } = tokenOf(await scene.ask(0, 'alice'));
      assert.equal(token, before);
      const forced = await scene.ask(0, 'alice', { force_refresh: true });
      assert.notEqual(forced.json.refreshed, true, forced.text);
      assert.equal((await scene.ask(0, 'bob')).status, 500);
    }
    assert.equal((await call(`${scene.services[0]?.url ?? ''}/healthz`, 'GET')).status, 200);
    assert.deepEqual([await sandbox.count('refresh'), await sandbox.count('create')], [0, 1]);
  });
});
