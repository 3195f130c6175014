import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { ACCOUNTS, startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

/** Longer than upkeep's pace and a few tries, on a busy machine; milliseconds. */
const PATIENCE_MS = 60_000;

async function erased(scene: LinkScene): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (scene.service.rows('select id from grants').length > 0) {
    assert.ok(Date.now() < giveUpAt, 'a grant that nobody is connected to is erased in the end');
    await sleep(100);
  }
  for (const table of ['credentials', 'exchanges']) assert.deepEqual(scene.service.rows(`select * from ${table}`), []);
}

async function liveTokens(scene: LinkScene, sub: string): Promise<number> {
  const state: { live_access_tokens: string[]; live_refresh_tokens: string[] } = await scene.control(
    'GET',
    `/accounts/${sub}`,
  );
  return state.live_access_tokens.length + state.live_refresh_tokens.length;
}

describe('disconnecting', { concurrency: 4 }, () => {
  it('revokes the consent at the provider, erases everything, and is told of once', async () => {
    await using scene = await startLinkScene();
    const { json } = await scene.link('alice');
    assert.ok((await liveTokens(scene, json.account.id)) > 0);
    const gone = await scene.as('alice', 'DELETE', 'cronofy/');
    assert.equal(gone.status, 204);
    toProblem(await scene.as('alice', 'GET', 'cronofy/'), 404, 'not_connected');
    toProblem(await scene.as('alice', 'DELETE', 'cronofy/'), 404, 'not_connected');
    toProblem(await scene.as('alice', 'POST', 'cronofy/token/'), 409, 'consent_required');
    await erased(scene);
    assert.equal(await liveTokens(scene, json.account.id), 0);
    const events = scene.service.rows("select subjects from events where type = 'grant.disconnected'");
    assert.deepEqual(
      events.map(({ subjects }) => subjects),
      ['["alice"]'],
    );
    assert.equal((await scene.link('alice')).status, 200, 'and may be linked anew');
  });

  it('leaves the other subject of the same grant connected, and both are told of', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    const { json } = await scene.link('bob');
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy/')).status, 204);
    await sleep(7_000);
    tokenOf(await scene.as('bob', 'POST', 'cronofy/token/', { force_refresh: true }));
    assert.ok((await liveTokens(scene, json.account.id)) > 0);
    assert.equal((await scene.as('bob', 'DELETE', 'cronofy/')).status, 204);
    await erased(scene);
    const events = scene.service.rows("select subjects from events where type = 'grant.disconnected' order by id");
    assert.deepEqual(
      events.map(({ subjects }) => subjects),
      ['["alice"]', '["bob"]'],
    );
  });

  it('while somebody still waits for a token leaves nothing behind', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    await scene.service.expire('here');
    await scene.control('PUT', '/settings', { latency_ms: 1_500 });
    const waiting = [scene.as('alice', 'POST', 'cronofy/token/'), scene.as('alice', 'POST', 'cronofy/token/')];
    await sleep(300);
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy/')).status, 204);
    for (const answer of await Promise.all(waiting)) {
      if (answer.status !== 200) toProblem(answer, 409, 'consent_required');
    }
    toProblem(await scene.as('alice', 'POST', 'cronofy/token/'), 409, 'consent_required');
    assert.deepEqual(scene.service.rows('select * from connections'), []);
    await erased(scene);
  });

  it('is nothing where no account could be made', async () => {
    await using scene = await startLinkScene();
    const bearer = jwt('carol', { email: undefined });
    const path = '/api/v1/connections/cal-com-managed/';
    toProblem(await scene.service.call('POST', `${path}token/`, { bearer }), 400, 'cal_email_required');
    toProblem(await scene.service.call('DELETE', path, { bearer }), 404, 'not_connected');
    assert.deepEqual(scene.service.rows('select * from events'), []);
  });

  it('is tried again until the provider has revoked', async () => {
    await using scene = await startLinkScene();
    const { json } = await scene.link('alice');
    const match = { method: 'POST', path: '/oauth/token/revoke' };
    await scene.control('POST', '/faults', { match, times: 2, fault: { status: 503 } });
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy/')).status, 204);
    await erased(scene);
    assert.equal(await liveTokens(scene, json.account.id), 0);
    const journal: any[] = await scene.control('GET', '/journal');
    assert.equal(journal.filter(({ path }) => path === '/oauth/token/revoke').length, 3);
  });

  it('follows on another account taking the place', async () => {
    await using scene = await startLinkScene();
    const { json: before } = await scene.link('alice', ACCOUNTS.ada);
    const back = await scene.consent(await scene.begin('alice'), ACCOUNTS.ben);
    const code = back.searchParams.get('evergrant_code');
    assert.equal((await scene.as('alice', 'POST', 'cronofy/complete/', { code, replace: true })).status, 200);
    const giveUpAt = Date.now() + PATIENCE_MS;
    while ((await liveTokens(scene, before.account.id)) > 0) {
      assert.ok(Date.now() < giveUpAt, 'the account that was given up is revoked');
      await sleep(100);
    }
    tokenOf(await scene.as('alice', 'POST', 'cronofy/token/', { force_refresh: true }));
  });
});
