import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { CONFIG_PATH, USER_PATH } from '../../support/service/start-service.ts';
import { ACCOUNTS, startLinkScene } from '../../support/linking/link-scene.ts';

const AS_OAUTH = { EVERGRANT_BOOKINGS: 'oauth' };

/** Every way in which Cal.com's OAuth is to be met: which endpoints, which client, and what its versions answer. */
const WAYS = {
  'the token endpoint of the API': { env: {}, settings: {} },
  'the token endpoint of the API, whose refresh tokens are good once': {
    env: {},
    settings: { oauth_rotation: 'single_use' },
  },
  'a public client': {
    env: { CAL_COM_OAUTH_CLIENT_ID: 'sandbox-cal-oauth-public', CAL_COM_OAUTH_CLIENT_SECRET: '' },
    settings: { oauth_rotation: 'single_use' },
  },
  'the older endpoints of the web app': {
    env: { CAL_COM_OAUTH_ENDPOINTS: 'app', CAL_COM_OAUTH_SCOPES: 'READ_BOOKING READ_PROFILE' },
    settings: {},
  },
  'the older endpoints in their first form': {
    env: { CAL_COM_OAUTH_ENDPOINTS: 'app', CAL_COM_OAUTH_SCOPES: 'READ_BOOKING READ_PROFILE' },
    settings: { oauth_app_answer: 'tokens_only', oauth_app_errors: 'messages' },
  },
};

describe('whoever links a Cal.com account', () => {
  for (const [name, { env, settings }] of Object.entries(WAYS)) {
    it(`through ${name} has a live token, renewed and renewed again, until it is refused`, async () => {
      await using scene = await startLinkScene({ ...env, ...AS_OAUTH });
      const { sandbox } = scene.service;
      await sandbox.control('PUT', '/settings', settings);
      const first = await scene.service.token(jwt('alice'));
      const { authorize_url: url } = toProblem(first, 409, 'consent_required');
      const back = await scene.consent(url, ACCOUNTS.alma);
      const code = back.searchParams.get('evergrant_code');
      const linked = await scene.as('alice', 'POST', 'cal-com/complete/', { code });
      assert.equal(linked.status, 200, linked.text);
      const seen = new Set<string>();
      for (let round = 0; round < 3; round += 1) {
        const token = tokenOf(await scene.service.token(jwt('alice'), { force_refresh: round > 0 }));
        assert.equal((await sandbox.me(token.access_token)).status, 200);
        seen.add(token.access_token);
      }
      assert.equal(seen.size, 3);
      await sandbox.control('POST', '/tokens/purge', { all: true, kind: 'refresh' });
      await scene.service.expire();
      const refused = toProblem(await scene.service.token(jwt('alice')), 409, 'reconnect_required');
      assert.match(refused.authorize_url, /\/connect\//);
      const again = await scene.service.token(jwt('alice'));
      toProblem(again, 409, 'reconnect_required');
      const events = scene.service.rows("select id from events where type = 'grant.reconnect_required'");
      assert.equal(events.length, 1, 'told once');
    });
  }

  it('shows as the bookings API’s user, in its own mode', async () => {
    await using scene = await startLinkScene(AS_OAUTH);
    toProblem(await scene.service.call('GET', USER_PATH, { bearer: jwt('alice') }), 404, 'not_integrated');
    assert.equal((await scene.link('alice', ACCOUNTS.alma, 'cal-com')).status, 200);
    const user = await scene.service.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.deepEqual([user.status, user.json.cal_user_id, user.json.email], [200, 202, 'alma@example.org']);
    const config = await scene.service.call('GET', CONFIG_PATH, { bearer: jwt('alice') });
    assert.deepEqual([config.json.mode, config.json.cal_client_id], ['oauth', 'sandbox-cal-oauth-client']);
  });

  it('shares nothing with another subject by a user name alone, nor with an earlier consent', async () => {
    await using scene = await startLinkScene({ CAL_COM_OAUTH_ENDPOINTS: 'app', CAL_COM_OAUTH_SCOPES: 'READ_PROFILE' });
    const rows = (sql: string) => scene.service.rows(sql);
    assert.equal((await scene.link('alice', ACCOUNTS.alma, 'cal-com')).status, 200);
    assert.equal((await scene.link('mallory', ACCOUNTS.alma, 'cal-com')).status, 200);
    const grants = () => rows('select distinct grant_id from connections').length;
    assert.equal(grants(), 2);
    const ended = `select count(*) as count from credentials where grant_id = (select grant_id from connections where subject = 'mallory')`;
    assert.equal(rows(ended)[0].count, 1, 'of this consent alone');
    // To consent again under the same name needs no further word, and leaves the earlier consent behind.
    const before = rows("select grant_id from connections where subject = 'alice'")[0].grant_id;
    assert.equal((await scene.link('alice', ACCOUNTS.alma, 'cal-com')).status, 200);
    assert.notEqual(rows("select grant_id from connections where subject = 'alice'")[0].grant_id, before);
    toProblem(await scene.link('alice', '201', 'cal-com'), 409, 'other_account');
    assert.equal(grants(), 2);
    const shown = await scene.as('alice', 'GET', 'cal-com/');
    assert.match(shown.json.account.id, /^consent-/);
    assert.equal(typeof shown.json.account.username, 'string');
  });

  it('is no user of managed bookings by that', async () => {
    await using scene = await startLinkScene();
    assert.equal((await scene.link('alice', ACCOUNTS.alma, 'cal-com')).status, 200);
    toProblem(await scene.service.call('GET', USER_PATH, { bearer: jwt('alice') }), 404, 'not_integrated');
    assert.equal(tokenOf(await scene.service.token(jwt('alice'))).integration_status, 'created');
  });
});
