import assert from 'node:assert/strict';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../support/service/answer.ts';
import { inTime, ROOT } from '../support/start-command.ts';
import { beginNpmStart, newDevScene, serving, type DevScene } from '../support/start-dev.ts';

/** A folder that is the package to npm, so that its data is not the repository's. */
async function newPackageScene(): Promise<DevScene> {
  const scene = await newDevScene();
  cpSync(join(ROOT, 'package.json'), join(scene.folder.path, 'package.json'));
  for (const name of ['src', 'node_modules']) symlinkSync(join(ROOT, name), join(scene.folder.path, name));
  return scene;
}

/** Whether anybody answers where the service did. */
async function isServing({ url }: DevScene): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );
}

describe('npm start', { concurrency: 2 }, () => {
  it('serves, and ends with 0 at Ctrl-C, which a terminal sends to everybody', async () => {
    using scene = await newPackageScene();
    await using dev = await serving(scene, beginNpmStart(scene));
    assert.equal(tokenOf(await dev.token()).integration_status, 'created');
    process.kill(-dev.command.pid, 'SIGINT');
    const { code, stderr } = await inTime(dev.command.ended, () => 'Ctrl-C should have ended npm');
    assert.equal(code, 0, stderr);
    assert.equal(await isServing(scene), false);
  });

  it('starts again at once when npm was killed, whatever that left behind', async () => {
    using scene = await newPackageScene();
    await using dev = await serving(scene, beginNpmStart(scene));
    tokenOf(await dev.token());
    dev.command.signal('SIGKILL');
    await using again = await serving(scene, beginNpmStart(scene));
    assert.equal(again.demoKey, dev.demoKey);
    assert.equal(tokenOf(await again.token()).integration_status, 'existing');
  });

  it('goes away by itself once npm is gone', async () => {
    using scene = await newPackageScene();
    await using dev = await serving(scene, beginNpmStart(scene));
    dev.command.signal('SIGKILL');
    const giveUpAt = Date.now() + 30_000;
    while (await isServing(scene)) {
      assert.ok(Date.now() < giveUpAt, 'the service should have left with npm');
      await sleep(100);
    }
  });
});
