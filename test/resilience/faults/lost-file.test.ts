import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { call, toProblem, tokenOf } from '../../support/service/answer.ts';
import { startServiceProcess, type ServiceProcess } from '../../support/service/start-service-process.ts';
import { assertNothingLost } from './reckoning.ts';
import { sealedIn } from '../../support/rescued-files.ts';
import { arrived, newScene, until, withServices, type Scene } from '../../support/scene.ts';

const SUBJECTS = ['alice', 'bob', 'carol'];
const LOGGED = /while this service has it open/g;

function readyz({ url }: ServiceProcess) {
  return call(`${url}/readyz`, 'GET');
}

/** Services with three users, one of whom waits for a refresh while the file is lost. */
async function loseFileMeanwhile(scene: Scene, lose: (path: string) => void): Promise<void> {
  const { sandbox, databasePath } = scene;
  for (const subject of SUBJECTS) tokenOf(await scene.ask(0, subject));
  await sandbox.fault('refresh', { delay_ms: 1_000 }, 1);
  void scene.ask(0, 'alice', { force_refresh: true }).catch(() => undefined);
  await arrived(sandbox, 'refresh', 1);
  lose(databasePath);
  await until(() => sealedIn(`${databasePath}-rescue`) === 1, 'the answer in hand is rescued');
}

/** Nobody is asked upstream, live tokens are served, and what is wrong is said, but not again and again. */
async function assertTold(scene: Scene): Promise<string> {
  const { sandbox, services } = scene;
  const [service] = services;
  assert.ok(service !== undefined);
  const before = (await sandbox.journal()).length;
  for (let round = 0; round < 3; round += 1) {
    for (const subject of ['bob', 'carol']) {
      const forced = await scene.ask(0, subject, { force_refresh: true });
      assert.notEqual(forced.json.refreshed, true, forced.text);
      tokenOf(await scene.ask(0, subject));
    }
    const { detail } = toProblem(await readyz(service), 503, 'not_ready');
    assert.match(detail, /was deleted, replaced or renamed/);
    assert.ok(!detail.includes('/'), 'nothing of the machine is shown');
    toProblem(await scene.ask(0, 'dave'), 500, 'store_unavailable');
  }
  assert.equal((await sandbox.journal()).length, before);
  assert.equal(service.output().match(LOGGED)?.length, 1, service.output());
  return service.output();
}

describe('when the SQLite file of a running service', { concurrency: 2, skip: process.platform !== 'linux' }, () => {
  it('is deleted, nothing more is spent, and what was acknowledged is saved as the log says', async () => {
    await using scene = await newScene();
    await loseFileMeanwhile(scene, (path) => {
      for (const end of ['', '-wal', '-shm']) rmSync(path + end);
    });
    const output = await assertTold(scene);
    const commands = /Save it: (.*?)\. Then stop/.exec(output)?.[1] ?? assert.fail(output);
    execFileSync('sh', ['-c', commands]);
    await scene.services[0]?.kill();
    for (const end of ['', '-wal']) renameSync(`${scene.databasePath}.saved${end}`, scene.databasePath + end);
    await using successor = await startServiceProcess(scene.env);
    assert.equal(sealedIn(`${scene.databasePath}-rescue`), 0);
    assert.equal(await scene.sandbox.count('refresh'), 1);
    await assertNothingLost(withServices(scene, [successor]), SUBJECTS);
  });

  it('is renamed, nothing more is spent until it has its name again', async () => {
    await using scene = await newScene();
    const away = `${scene.databasePath}.away`;
    await loseFileMeanwhile(scene, (path) => {
      renameSync(path, away);
    });
    assert.ok((await assertTold(scene)).includes(`renamed to ${away}`));
    renameSync(away, scene.databasePath);
    await until(() => sealedIn(`${scene.databasePath}-rescue`) === 0, 'the rescued answer is stored');
    assert.equal((await readyz(scene.services[0]!)).status, 200);
    assert.equal(await scene.sandbox.count('refresh'), 1);
    await assertNothingLost(scene, SUBJECTS);
  });
});
