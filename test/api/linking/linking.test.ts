import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { Browser } from '../../support/linking/browser.ts';
import { ACCOUNTS, RETURN_URL, startLinkScene } from '../../support/linking/link-scene.ts';

describe('whoever links an account', () => {
  it('comes back to the app, completes, and has a live token', async () => {
    await using scene = await startLinkScene();
    toProblem(await scene.as('alice', 'POST', 'cronofy/token/'), 409, 'consent_required');
    const back = await scene.consent(await scene.begin('alice'));
    assert.equal(back.href.startsWith(RETURN_URL), true, back.href);
    assert.equal(back.searchParams.get('evergrant_provider'), 'cronofy');
    assert.equal(await scene.asked('authorization_code'), 0, 'nothing is asked before the same user completes');
    const code = back.searchParams.get('evergrant_code') ?? '';
    const { status, json } = await scene.as('alice', 'POST', 'cronofy/complete/', { code });
    assert.equal(status, 200);
    assert.equal(json.provider, 'cronofy');
    assert.equal(json.status, 'active');
    assert.equal(json.account.email, 'ada@example.com');
    const token = tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'));
    const userinfo = await fetch(`${scene.cronofyUrl}/v1/userinfo`, {
      headers: { authorization: `Bearer ${token.access_token}` },
    });
    assert.equal(userinfo.status, 200);
    const listed = await scene.as('alice', 'GET', '');
    assert.deepEqual(
      listed.json.connections.map((each: any) => [each.provider, each.status]),
      [['cronofy', 'active']],
    );
    assert.deepEqual(listed.json.linkable, ['cal-com', 'cronofy']);
  });

  it('shares the grant and its refresh with whoever links the same account', async () => {
    await using scene = await startLinkScene();
    const [alice, bob] = [await scene.link('alice'), await scene.link('bob')];
    assert.deepEqual([alice.status, bob.status], [200, 200]);
    assert.equal(scene.service.rows('select id from grants').length, 1);
    await scene.service.expire('here');
    const before = await scene.asked('refresh_token');
    const tokens = await Promise.all(
      ['alice', 'bob', 'alice', 'bob'].map(async (user) => tokenOf(await scene.as(user, 'POST', 'cronofy/token/'))),
    );
    assert.equal(new Set(tokens.map((token) => token.access_token)).size, 1);
    assert.equal((await scene.asked('refresh_token')) - before, 1);
  });

  it('again has the same connection repaired', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice');
    await scene.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
    await scene.service.expire('here');
    toProblem(await scene.as('alice', 'POST', 'cronofy/token/'), 409, 'reconnect_required');
    const lost = await scene.as('alice', 'GET', 'cronofy/');
    assert.equal(lost.json.status, 'reconnect_required');
    assert.deepEqual(lost.json.authorize, { method: 'POST', path: '/api/v1/connections/cronofy/authorize/' });
    assert.equal((await scene.link('alice')).status, 200);
    tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'));
    assert.equal(scene.service.rows('select id from grants').length, 1);
    assert.deepEqual(
      scene.service.rows('select type from events order by id').map(({ type }) => type),
      ['grant.created', 'grant.reconnect_required', 'grant.recovered'],
    );
  });

  it('with another account than before is asked, and may replace it', async () => {
    await using scene = await startLinkScene();
    await scene.link('alice', ACCOUNTS.ada);
    const back = await scene.consent(await scene.begin('alice'), ACCOUNTS.ben);
    const code = back.searchParams.get('evergrant_code');
    const asked = toProblem(await scene.as('alice', 'POST', 'cronofy/complete/', { code }), 409, 'other_account');
    assert.deepEqual([asked.account.email, asked.present_account.email], ['ben@example.com', 'ada@example.com']);
    assert.match(asked.detail, /ben@example\.com.*ada@example\.com/);
    assert.equal((await scene.as('alice', 'GET', 'cronofy/')).json.account.email, 'ada@example.com');
    const replaced = await scene.as('alice', 'POST', 'cronofy/complete/', { code, replace: true });
    assert.equal(replaced.status, 200, replaced.text);
    assert.equal(replaced.json.account.email, 'ben@example.com');
    assert.equal(await scene.asked('authorization_code'), 2, 'the second code was spent once');
  });

  it('in a browser that somebody else has consented in gets their own account', async () => {
    await using scene = await startLinkScene();
    const browser = new Browser();
    const emails = [];
    for (const [subject, account] of [
      ['alice', ACCOUNTS.ada],
      ['bob', ACCOUNTS.ben],
    ] as const) {
      const back = await scene.consent(await scene.begin(subject), account, browser);
      const code = back.searchParams.get('evergrant_code');
      emails.push((await scene.as(subject, 'POST', 'cronofy/complete/', { code })).json.account.email);
    }
    assert.deepEqual(emails, ['ada@example.com', 'ben@example.com']);
  });

  it('refuses fields that it doesn’t know, for a page to come back to that is passed over is worse', async () => {
    await using scene = await startLinkScene();
    const answer = await scene.as('alice', 'POST', 'cronofy/authorize/', { returnTo: 'http://127.0.0.1:9/other' });
    const message = 'returnTo is not a field of this call. Did you mean return_to? Accepted are return_to, connection.';
    assert.deepEqual(toProblem(answer, 400, 'invalid_request').errors, [{ field: 'returnTo', message }]);
    const other = await scene.as('alice', 'POST', 'cronofy/authorize/', { nobody: 1 });
    assert.equal(
      toProblem(other, 400, 'invalid_request').errors[0].message,
      'nobody is not a field of this call. Accepted are return_to, connection.',
    );
  });
});

describe('a ticket', () => {
  it('that something else has opened meanwhile still takes its user there and back', async () => {
    await using scene = await startLinkScene();
    const url = await scene.begin('alice');
    const browser = new Browser();
    const page = await browser.open(url, RETURN_URL);
    await new Browser().open(url, RETURN_URL);
    const back = await browser.submit(page, { profile_id: ACCOUNTS.ada, decision: 'allow' }, RETURN_URL);
    const code = new URL(back.url).searchParams.get('evergrant_code');
    assert.equal((await scene.as('alice', 'POST', 'cronofy/complete/', { code })).status, 200);
    assert.equal((await new Browser().open(url, RETURN_URL)).status, 400, 'then it is over');
  });

  it('is not opened without end', async () => {
    await using scene = await startLinkScene();
    const url = await scene.begin('alice');
    const statuses = [];
    for (let opened = 0; opened < 25; opened += 1) {
      statuses.push((await fetch(url, { redirect: 'manual' })).status);
    }
    assert.deepEqual([statuses.indexOf(400), new Set(statuses.slice(20))], [20, new Set([400])]);
  });

  it('that is over leads back to the app, and says why', async () => {
    await using scene = await startLinkScene();
    const url = await scene.begin('alice');
    await scene.consent(url);
    const page = await new Browser().open(url, RETURN_URL);
    assert.match(page.text, /href="http:\/\/127\.0\.0\.1:9\/linked\?tab=calendar&amp;evergrant_error=link_expired"/);
  });
});

describe('a user who has nothing', () => {
  it('is not shown an account that could not be made for want of an e-mail', async () => {
    await using scene = await startLinkScene();
    const answer = await scene.service.call('POST', '/api/v1/connections/cal-com-managed/token/', {
      bearer: jwt('carol', { email: undefined }),
    });
    toProblem(answer, 400, 'cal_email_required');
    assert.deepEqual((await scene.as('carol', 'GET', '')).json.connections, []);
    toProblem(await scene.as('carol', 'GET', 'cal-com-managed/'), 404, 'not_connected');
    const given = await scene.as('carol', 'POST', 'cal-com-managed/token/', { cal_email: 'carol@example.com' });
    tokenOf(given);
    assert.equal((await scene.as('carol', 'GET', 'cal-com-managed/')).json.status, 'active');
  });
});
