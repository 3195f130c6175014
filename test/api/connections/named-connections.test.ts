import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { ACCOUNTS, startLinkScene, type LinkScene } from '../../support/linking/link-scene.ts';

/** Links an account under a name, from the ticket to the connection. */
async function link(scene: LinkScene, subject: string, connection: string | undefined, account: string) {
  const begun = await scene.as(subject, 'POST', 'cronofy/authorize/', connection === undefined ? {} : { connection });
  assert.equal(begun.status, 200, begun.text);
  const back = await scene.consent(String(begun.json.authorize_url), account);
  const code = back.searchParams.get('evergrant_code') ?? '';
  return scene.as(subject, 'POST', 'cronofy/complete/', { code });
}

async function shown(scene: LinkScene, subject: string) {
  const { json } = await scene.as(subject, 'GET', '');
  const connections: { connection: string | null; account: { id: string } }[] = json.connections;
  return connections.map(({ connection, account }) => [connection, account.id]);
}

/** The account behind a profile of the fake Cronofy's page. */
const accountOf = (profile: string) => profile.replace('pro_', 'acc_');

describe('several connections of one user to one provider', { concurrency: 4 }, () => {
  it('are linked, listed, read, used and ended each by its name', async () => {
    await using scene = await startLinkScene();
    assert.equal((await link(scene, 'alice', undefined, ACCOUNTS.ada)).json.connection, null);
    const work = await link(scene, 'alice', 'work', ACCOUNTS.ben);
    assert.equal(work.status, 200, work.text);
    assert.equal(work.json.connection, 'work');
    assert.deepEqual(await shown(scene, 'alice'), [
      [null, accountOf(ACCOUNTS.ada)],
      ['work', accountOf(ACCOUNTS.ben)],
    ]);
    const own = tokenOf(await scene.as('alice', 'POST', 'cronofy/token/')).access_token;
    const byBody = tokenOf(await scene.as('alice', 'POST', 'cronofy/token/', { connection: 'work' })).access_token;
    const byQuery = tokenOf(await scene.as('alice', 'POST', 'cronofy/token/?connection=work')).access_token;
    assert.notEqual(own, byBody);
    assert.equal(byBody, byQuery);
    assert.equal((await scene.as('alice', 'GET', 'cronofy/?connection=work')).json.account.id, accountOf(ACCOUNTS.ben));
    assert.equal((await scene.as('alice', 'GET', 'cronofy/')).json.account.id, accountOf(ACCOUNTS.ada));
    const again = tokenOf(
      await scene.as('alice', 'POST', 'cronofy/token/', { connection: 'work', force_refresh: true }),
    );
    assert.notEqual(again.access_token, byBody);
    assert.equal(
      tokenOf(await scene.as('alice', 'POST', 'cronofy/token/')).access_token,
      own,
      'the other is untouched',
    );
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy/?connection=work')).status, 204);
    assert.deepEqual(await shown(scene, 'alice'), [[null, accountOf(ACCOUNTS.ada)]]);
    toProblem(await scene.as('alice', 'POST', 'cronofy/token/', { connection: 'work' }), 409, 'consent_required');
    tokenOf(await scene.as('alice', 'POST', 'cronofy/token/'));
  });

  it('are found by nobody else, and their events name the user', async () => {
    await using scene = await startLinkScene();
    await link(scene, 'alice', 'work', ACCOUNTS.ada);
    toProblem(await scene.as('alice', 'GET', 'cronofy/'), 404, 'not_connected');
    toProblem(await scene.as('bob', 'GET', 'cronofy/?connection=work'), 404, 'not_connected');
    toProblem(await scene.as('alice\u001fwork', 'GET', 'cronofy/'), 401, 'token_unacceptable');
    await scene.as('alice', 'DELETE', 'cronofy/?connection=work');
    const events = scene.service.rows('select type, subjects from events order by id');
    assert.deepEqual(
      events.map(({ type, subjects }) => [type, subjects]),
      [
        ['grant.created', '["alice"]'],
        ['grant.disconnected', '["alice"]'],
      ],
    );
  });

  it('may be to one account, which then has one grant', async () => {
    await using scene = await startLinkScene();
    await link(scene, 'alice', 'work', ACCOUNTS.ada);
    await link(scene, 'alice', 'home', ACCOUNTS.ada);
    assert.equal(scene.service.rows('select id from grants').length, 1);
    assert.equal((await scene.as('alice', 'DELETE', 'cronofy/?connection=home')).status, 204);
    tokenOf(await scene.as('alice', 'POST', 'cronofy/token/?connection=work'));
  });

  it('answer a completion that is repeated as they did at first', async () => {
    await using scene = await startLinkScene();
    const { json } = await scene.as('alice', 'POST', 'cronofy/authorize/', { connection: 'work' });
    const code = (await scene.consent(String(json.authorize_url))).searchParams.get('evergrant_code') ?? '';
    for (let time = 0; time < 2; time += 1) {
      const answer = await scene.as('alice', 'POST', 'cronofy/complete/', { code });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.connection, 'work');
    }
    toProblem(await scene.as('bob', 'POST', 'cronofy/complete/', { code }), 400, 'link_code_invalid');
  });

  it('need a plain name, given once, and a provider whose accounts users bring', async () => {
    await using scene = await startLinkScene();
    for (const name of ['', ' work', 'a/b', 'x'.repeat(65), 'a\u001fb', '-x']) {
      const inBody = await scene.as('alice', 'POST', 'cronofy/authorize/', { connection: name });
      assert.match(JSON.stringify(toProblem(inBody, 400, 'invalid_request').errors), /"connection"/);
      const inQuery = await scene.as('alice', 'GET', `cronofy/?connection=${encodeURIComponent(name)}`);
      assert.match(JSON.stringify(toProblem(inQuery, 400, 'invalid_request').errors), /"connection"/);
    }
    for (const query of ['?connection=a&connection=b', '?connection=b']) {
      toProblem(await scene.as('alice', 'POST', `cronofy/token/${query}`, { connection: 'a' }), 400, 'invalid_request');
    }
    const made = await scene.as('alice', 'POST', 'cal-com-managed/token/', { connection: 'work' });
    assert.match(toProblem(made, 400, 'invalid_request').errors[0].message, /one account for each user/);
  });

  it('share the limit of links that a user may begin', async () => {
    await using scene = await startLinkScene();
    for (let nth = 0; nth < 210; nth += 1) {
      await scene.as('alice', 'POST', 'cronofy/authorize/', { connection: `c${nth}` });
    }
    const [{ count } = { count: 0 }] = scene.service.rows('select count(*) as count from links');
    assert.ok(Number(count) <= 200, `${count} links are in progress`);
  });
});
