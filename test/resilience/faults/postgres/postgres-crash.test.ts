import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../../../support/service/answer.ts';
import { startServiceProcess } from '../../../support/service/start-service-process.ts';
import { effort } from '../../../support/effort.ts';
import { watchHealth } from '../health-watch.ts';
import { assertNothingLost } from '../reckoning.ts';
import { startRestartablePostgres } from '../../../support/restartable-postgres.ts';
import { sealedIn } from '../../../support/rescued-files.ts';
import { arrived, newScene, until, withServices, type Scene } from '../../../support/scene.ts';
import { startLoad } from '../steady-load.ts';

const CRASHES = effort({ smoke: 2, proofs: 4, long: 20 });
const INSTANCES = effort({ smoke: 2, proofs: 2, long: 4 });
const SUBJECTS = Array.from({ length: effort({ smoke: 8, proofs: 8, long: 24 }) }, (_, index) => `user-${index}`);
/** Many times what it takes on an idle machine. */
const PROMPT_MS = 1_500;

describe('when Postgres crashes', { concurrency: 2 }, () => {
  it(`${CRASHES} times under load, ${INSTANCES} instances get over it by themselves and nothing is lost`, async (context) => {
    await using postgres = await startRestartablePostgres();
    const url = await postgres.createDatabase('evergrant');
    await using scene = await newScene({ instances: INSTANCES, postgres: { url }, settings: { latency_ms: 120 } });
    for (const subject of SUBJECTS) tokenOf(await scene.ask(0, subject));
    const health = watchHealth(scene.services);
    const load = startLoad(scene, SUBJECTS);
    for (let crash = 1; crash <= CRASHES; crash += 1) {
      await sleep(700 + Math.random() * 500);
      await postgres.crash(crash % 2 === 0 ? 'SIGKILL' : 'SIGQUIT');
      // Less than a lease: what is in flight is still nobody else's.
      await sleep(Math.random() * 2_000);
      await postgres.start();
    }
    await sleep(500);
    const report = await load.stop();
    const slowest = await health.stop();
    const reckoning = await assertNothingLost(scene, SUBJECTS);
    context.diagnostic(JSON.stringify({ ...report, ...reckoning, slowestHealthMs: Math.round(slowest) }));
    assert.ok(report.served > SUBJECTS.length, `${report.served} served`);
    assert.ok(slowest < PROMPT_MS, `/healthz took ${slowest} ms`);
    assert.equal(await openExchanges(scene), 0);
  });

  it('while Cal.com answers, the tokens wait in the rescue folder and are stored when it is back', async () => {
    await using postgres = await startRestartablePostgres();
    const url = await postgres.createDatabase('evergrant');
    await using scene = await newScene({ instances: 2, postgres: { url } });
    const { sandbox } = scene;
    tokenOf(await scene.ask(0, 'alice'));
    await sandbox.fault('refresh', { delay_ms: 1_000 }, 1);
    const asked = scene.ask(0, 'alice', { force_refresh: true });
    await arrived(sandbox, 'refresh', 1);
    await postgres.crash('SIGKILL');
    const folder = scene.env['EVERGRANT_RESCUE_DIR'] ?? '';
    await until(() => sealedIn(folder) === 1, 'the answer is in the rescue folder');
    await postgres.start();
    const answer = tokenOf(await asked);
    assert.equal(answer.refreshed, true);
    assert.equal((await sandbox.me(answer.access_token)).status, 200);
    assert.equal(sealedIn(folder), 0, 'nothing is left in the rescue folder');
    assert.equal(await sandbox.count('refresh'), 1);
    await assertNothingLost(scene, ['alice']);
  });

  it('and the instance that holds the answer dies too, its rescue folder is all that is needed', async () => {
    await using postgres = await startRestartablePostgres();
    const url = await postgres.createDatabase('evergrant');
    await using scene = await newScene({ postgres: { url } });
    const { sandbox } = scene;
    tokenOf(await scene.ask(0, 'alice'));
    await sandbox.fault('refresh', { delay_ms: 500 }, 1);
    const lost = scene.ask(0, 'alice', { force_refresh: true }).catch(() => undefined);
    await arrived(sandbox, 'refresh', 1);
    await postgres.crash('SIGQUIT');
    const folder = scene.env['EVERGRANT_RESCUE_DIR'] ?? '';
    await until(() => sealedIn(folder) === 1, 'the answer is in the rescue folder');
    await scene.services[0]?.kill();
    await lost;
    await postgres.start();
    await using successor = await startServiceProcess(scene.env);
    await assertNothingLost(withServices(scene, [successor]), ['alice']);
    assert.equal(sealedIn(folder), 0);
  });
});

async function openExchanges(scene: Scene): Promise<number> {
  const [{ n }] = await scene.rows('select count(*) as n from exchanges where finished_at is null');
  return Number(n);
}
