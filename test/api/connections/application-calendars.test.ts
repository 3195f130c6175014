import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { revoke, startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

const CALENDARS = { method: 'POST', path: '/v1/application_calendars' };
const REFRESH = { method: 'POST', path: '/oauth/token' };

const start = () => startLinkScene({ CRONOFY_MODE: 'managed' });
const ask = (scene: LinkScene, subject = 'alice', body: object = {}) =>
  scene.as(subject, 'POST', 'cronofy-managed/token/', body);

/** Whether Cronofy takes it, and as whose. */
async function subOf(scene: LinkScene, accessToken: string): Promise<string | undefined> {
  const response = await fetch(`${scene.cronofyUrl}/v1/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return response.ok ? ((await response.json()) as { sub: string }).sub : undefined;
}

async function calls(scene: LinkScene, { path }: { path: string }): Promise<number> {
  const journal: any[] = await scene.control('GET', '/journal');
  return journal.filter((call) => call.path === path).length;
}

const eventsOf = (scene: LinkScene) =>
  scene.service.rows('select type from events order by id').map(({ type }) => String(type));

describe('an application calendar of Cronofy', { concurrency: 4 }, () => {
  it('is made by the first call for a token, once for all who ask, and needs no consent and no e-mail', async () => {
    await using scene = await start();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(scene)));
    const tokens = answers.map((answer) => String(tokenOf(answer).access_token));
    assert.equal(new Set(tokens).size, 1);
    assert.match((await subOf(scene, tokens[0]!)) ?? 'not taken', /^apc_/);
    assert.equal(await calls(scene, CALENDARS), 1);
    const { accounts } = await scene.control('GET', '/state');
    const made = accounts.filter((account: any) => account.application_calendar_id !== null);
    assert.deepEqual(
      made.map((account: any) => account.application_calendar_id),
      ['alice'],
    );
    const { json } = await scene.as('alice', 'GET', '');
    assert.deepEqual(
      json.connections.map((each: any) => [each.provider, each.status, each.account.id]),
      [['cronofy-managed', 'active', made[0].sub]],
    );
    assert.ok(!json.linkable.includes('cronofy-managed'));
    toProblem(await scene.as('alice', 'POST', 'cronofy-managed/authorize/', {}), 400, 'provider_not_linkable');
    assert.notEqual(tokenOf(await ask(scene, 'bob')).access_token, tokens[0]);
  });

  it('is renewed by an ordinary refresh', async () => {
    await using scene = await start();
    tokenOf(await ask(scene));
    await scene.service.expire('here');
    const { access_token: renewed } = tokenOf(await ask(scene));
    assert.match((await subOf(scene, renewed)) ?? 'not taken', /^apc_/);
    assert.deepEqual([await calls(scene, CALENDARS), await calls(scene, REFRESH)], [1, 1]);
    assert.deepEqual(eventsOf(scene), ['grant.created']);
  });

  for (const endsTokens of [false, true]) {
    const reading = `where asking for it again ${endsTokens ? 'ends' : 'spares'} the tokens before`;

    it(`is opened again when its refresh token is dead, ${reading}`, async () => {
      await using scene = await start();
      await scene.control('PUT', '/settings', { application_calendar_ends_tokens: endsTokens });
      const { access_token: first } = tokenOf(await ask(scene));
      const sub = await subOf(scene, first);
      await scene.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
      await scene.service.expire('here');
      const { access_token: second } = tokenOf(await ask(scene));
      assert.equal(await subOf(scene, second), sub);
      await scene.service.expire('here');
      assert.equal(
        await subOf(scene, tokenOf(await ask(scene)).access_token),
        sub,
        'its refresh token is the live one',
      );
      assert.deepEqual(eventsOf(scene), ['grant.created', 'grant.recovered']);
    });

    it(`whose first answer is lost is found again, ${reading}`, async () => {
      await using scene = await start();
      await scene.control('PUT', '/settings', { application_calendar_ends_tokens: endsTokens });
      await scene.control('POST', '/faults', { match: CALENDARS, times: 1, fault: { drop_reply: true } });
      toProblem(await ask(scene), 500, 'upstream_unavailable');
      const { access_token: token } = await served(scene);
      assert.match((await subOf(scene, token)) ?? 'not taken', /^apc_/);
      const { accounts } = await scene.control('GET', '/state');
      assert.equal(accounts.filter((account: any) => account.application_calendar_id === 'alice').length, 1);
    });

    it(`whose refresh’s answer is lost heals without anybody, ${reading}`, async () => {
      await using scene = await start();
      await scene.control('PUT', '/settings', { application_calendar_ends_tokens: endsTokens, rotation: 'always' });
      tokenOf(await ask(scene));
      await scene.service.expire('here');
      await scene.control('POST', '/faults', { match: REFRESH, times: 1, fault: { drop_reply: true } });
      toProblem(await ask(scene), 500, 'upstream_unavailable');
      const { access_token: token } = await served(scene);
      assert.match((await subOf(scene, token)) ?? 'not taken', /^apc_/);
      assert.deepEqual(eventsOf(scene), ['grant.created', 'grant.recovered']);
    });
  }

  it('that Cronofy has lost is made anew', async () => {
    await using scene = await start();
    const { access_token: first } = tokenOf(await ask(scene));
    const sub = await subOf(scene, first);
    await scene.control('POST', '/reset');
    await scene.service.expire('here');
    const { access_token: second } = tokenOf(await ask(scene));
    assert.notEqual(await subOf(scene, second), sub);
    const { json } = await scene.as('alice', 'GET', 'cronofy-managed/');
    assert.equal(json.account.id, await subOf(scene, second), 'the connection shows the account of now');
  });

  for (const status of [400, 401]) {
    it(`marks no grant where Cronofy refuses our client with ${status}`, async () => {
      await using scene = await startLinkScene({ CRONOFY_MODE: 'managed', CRONOFY_CLIENT_SECRET: 'not-the-secret' });
      await scene.control('PUT', '/settings', { application_calendar_invalid_client_status: status });
      const { detail } = toProblem(await ask(scene), 500, 'provider_client_refused');
      assert.match(detail, /operator/);
      assert.deepEqual(eventsOf(scene), []);
    });
  }

  it('that Cronofy will not make under such an id blames the input, and stops nobody else', async () => {
    await using scene = await start();
    const body = JSON.stringify({ errors: { application_calendar_id: [{ key: 'errors.invalid' }] } });
    const fault = { status: 422, headers: { 'content-type': 'application/json' }, body };
    await scene.control('POST', '/faults', { match: CALENDARS, times: 1, fault });
    const { errors } = toProblem(await ask(scene), 400, 'invalid_request');
    assert.equal(errors[0].field, 'subject');
    tokenOf(await ask(scene, 'bob'));
    tokenOf(await ask(scene));
  });

  it('gives web pages tokens of their own', async () => {
    await using scene = await start();
    const frontend = { origin: 'https://app.example.com', permissions: ['managed_availability'] };
    const answer = tokenOf(await ask(scene, 'alice', { frontend }));
    const { element_tokens: issued } = await scene.control('GET', '/state');
    assert.equal(issued[0].token, answer.frontend.token);
    assert.deepEqual(issued[0].subs, [await subOf(scene, answer.access_token)]);
  });

  it('whose consent was withdrawn is opened again where a page’s token shows it, and so is the token beside that', async () => {
    await using scene = await start();
    const { access_token: first } = tokenOf(await ask(scene));
    const sub = await subOf(scene, first);
    await revoke(scene, sub ?? '');
    const frontend = { origin: 'https://app.example.com', permissions: ['agenda'] };
    const answer = tokenOf(await ask(scene, 'alice', { frontend }));
    assert.equal(await subOf(scene, answer.access_token), sub);
    assert.ok(answer.frontend.token);
  });

  it('that is opened again while its former grant is being revoked is not served dead for long', async () => {
    await using scene = await start();
    const { access_token: first } = tokenOf(await ask(scene));
    const sub = await subOf(scene, first);
    await scene.control('PUT', '/settings', { latency_before_ms: 3_000 });
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy-managed/')).status, 204);
    while (scene.service.rows("select id from exchanges where kind = 'revoke'").length === 0) await sleep(20);
    // The revocation is on its way, and slow; what comes now is not.
    await sleep(200);
    await scene.control('PUT', '/settings', { latency_before_ms: 0 });
    assert.equal(await subOf(scene, tokenOf(await ask(scene)).access_token), sub);
    while (scene.service.rows('select id from grants').length > 1) await sleep(100);
    assert.equal(await subOf(scene, tokenOf(await ask(scene)).access_token), sub, 'what the revocation has ended');
  });

  it('that was disconnected is found again by the next call', async () => {
    await using scene = await start();
    const { access_token: first } = tokenOf(await ask(scene));
    const sub = await subOf(scene, first);
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy-managed/')).status, 204);
    const { access_token: second } = tokenOf(await ask(scene));
    assert.equal(await subOf(scene, second), sub);
    while (scene.service.rows('select id from grants').length > 1) await sleep(100);
    assert.equal(await subOf(scene, second), sub, 'ending the grant of before has not ended this one');
  });
});

async function served(scene: LinkScene): Promise<any> {
  for (;;) {
    const answer = await ask(scene);
    if (answer.status === 200) return tokenOf(answer);
    toProblem(answer, 500, 'upstream_unavailable');
    await sleep(300);
  }
}
