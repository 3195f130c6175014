import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, startOAuthForTest } from '../../support/sandbox/cal-com-oauth.ts';
import { openConsent } from '../../support/sandbox/consent-form.ts';
import { startForTest } from '../../support/sandbox/test-cal-com.ts';

/** What Cal.com's own Slack bot asks for, as of August 2026. */
const NEWER_SCOPES = [
  ...['WEBHOOK_READ', 'WEBHOOK_WRITE', 'VERIFIED_RESOURCES_READ', 'VERIFIED_RESOURCES_WRITE'],
  ...['CREDITS_READ', 'CREDITS_WRITE', 'INSIGHTS_READ', 'TEAM_APPS_READ', 'TEAM_APPS_WRITE'],
  ...['TEAM_ROUTING_FORM_READ', 'TEAM_ROUTING_FORM_WRITE', 'TEAM_WORKFLOW_READ', 'TEAM_WORKFLOW_WRITE'],
  ...['TEAM_VERIFIED_RESOURCES_READ', 'TEAM_VERIFIED_RESOURCES_WRITE', 'TEAM_INSIGHTS_READ'],
  ...['ORG_MEMBERSHIP_READ', 'ORG_MEMBERSHIP_WRITE', 'ORG_ROUTING_FORM_READ', 'ORG_ROUTING_FORM_WRITE'],
  ...['ORG_WEBHOOK_READ', 'ORG_WEBHOOK_WRITE', 'ORG_INSIGHTS_READ', 'ORG_ATTRIBUTES_READ', 'ORG_ATTRIBUTES_WRITE'],
];
const CLIENTS = '/v2/auth/oauth2/clients';
const LIST_BOOKINGS = '/api/integrations/zapier/listBookings';

describe('the scopes that Cal.com has added', () => {
  it('are taken, each with words of its own, and come back with the token', async () => {
    await using oauth = await startOAuthForTest();
    assert.equal(NEWER_SCOPES.length, 25);
    const scope = NEWER_SCOPES.join(' ');
    const { html } = await openConsent(oauth.pageUrl({ scope }));
    const words = NEWER_SCOPES.map(
      (each) => new RegExp(`<li><span>([^<]+)</span> <code>${each}</code>`).exec(html)?.[1],
    );
    assert.equal(new Set(words).size, 25, words.join());
    assert.ok(
      words.every((each) => /^(?:See|Change) \w/.test(each ?? '')),
      words.join(),
    );
    assert.equal((await oauth.link({ scope })).scope, scope);
  });

  it('are not those that there never were', async () => {
    await using oauth = await startOAuthForTest();
    for (const scope of [
      'INSIGHTS_WRITE',
      'TEAM_INSIGHTS_WRITE',
      'TEAM_CREDITS_READ',
      'ORG_WORKFLOW_READ',
      'webhook_read',
    ]) {
      const answer = await fetch(oauth.pageUrl({ scope }), { redirect: 'manual' });
      assert.match(answer.headers.get('location') ?? '', /error=invalid_scope/, scope);
    }
  });

  it('open the endpoints that ask for them, and no others', async () => {
    await using oauth = await startOAuthForTest();
    const needed = {
      '/v2/webhooks': 'WEBHOOK_READ',
      '/v2/verified-resources/emails': 'VERIFIED_RESOURCES_READ',
      '/v2/verified-resources/phones': 'VERIFIED_RESOURCES_READ',
      '/v2/calendars': 'APPS_READ',
      '/v2/calendars/google/check': 'APPS_READ',
    };
    for (const [path, scope] of Object.entries(needed)) {
      const { access_token: bearer } = await oauth.link({ scope });
      const { access_token: other } = await oauth.link({ scope: `PROFILE_READ ORG_WEBHOOK_READ TEAM_APPS_READ` });
      assert.equal((await oauth.cal.call('GET', path, { bearer })).status, 200, path);
      const refused = await oauth.cal.call('GET', path, { bearer: other });
      assert.equal(refused.status, 403, path);
      assert.match(refused.json.error.message, new RegExp(`^insufficient_scope: .*Required: ${scope}\\.`));
    }
  });
});

describe('a time zone', () => {
  for (const [given, stored] of [
    ['asia/kolkata', 'Asia/Kolkata'],
    ['ASIA/CALCUTTA', 'Asia/Calcutta'],
    ['egypt', 'Egypt'],
    ['EGYPT', 'Egypt'],
    ['america/argentina/buenos_aires', 'America/Argentina/Buenos_Aires'],
    ['europe/isle_of_man', 'Europe/Isle_Of_Man'],
    ['america/port-au-prince', 'America/Port-au-prince'],
    ['utc', 'UTC'],
    ['etc/gmt+3', 'Etc/GMT+3'],
    ['est', 'EST'],
    ['EST5EDT', 'EST5edt'],
    ['us/pacific', 'Us/Pacific'],
    ['GB', 'Gb'],
  ] as const) {
    it(`${given} is spelt ${stored}, by the word`, async () => {
      await using cal = await startForTest();
      const { user, accessToken: bearer } = await cal.createUser('a', { timeZone: given });
      assert.equal(user.timeZone, stored);
      const changed = await cal.call('PATCH', '/v2/me', { bearer, body: { timeZone: given } });
      assert.equal(changed.json.data.timeZone, stored);
    });
  }
});

describe('GET /v2/auth/oauth2/clients/{id}', () => {
  it('tells of an OAuth client to whoever is authenticated, but to no scoped token', async () => {
    await using oauth = await startOAuthForTest();
    const { accessToken: bearer } = await oauth.cal.createUser('a');
    const { status, json } = await oauth.cal.call('GET', `${CLIENTS}/${CLIENT.client_id}`, { bearer });
    assert.equal(status, 200);
    assert.deepEqual(json, {
      status: 'success',
      data: {
        client_id: CLIENT.client_id,
        redirect_uris: ['http://localhost:*', 'http://127.0.0.1:*'],
        redirect_uri: 'http://localhost:*',
        name: 'Sandbox app',
        logo: null,
        is_trusted: false,
        client_type: 'CONFIDENTIAL',
      },
    });
    const open = await oauth.cal.call('GET', `${CLIENTS}/sandbox-cal-oauth-public/`, {
      bearer: 'cal_sandbox_owner_key',
    });
    assert.equal(open.json.data.client_type, 'PUBLIC');
    const { access_token: scoped } = await oauth.link();
    assert.equal((await oauth.cal.call('GET', `${CLIENTS}/${CLIENT.client_id}`, { bearer: scoped })).status, 403);
    for (const unknown of ['nobody', 'sandbox-cal-client']) {
      assert.equal((await oauth.cal.call('GET', `${CLIENTS}/${unknown}`, { bearer })).status, 404);
    }
    assert.equal((await oauth.cal.call('GET', `${CLIENTS}/${CLIENT.client_id}`, { secret: false })).status, 401);
  });
});

describe('the page of consent', () => {
  it('takes what newer apps add: register=false, response_type, and whatever else', async () => {
    await using oauth = await startOAuthForTest();
    for (const more of [{ register: 'false' }, { register: 'true', response_type: 'code', prompt: 'login' }]) {
      assert.notEqual(await oauth.code(more), '');
    }
  });
});

describe('the example of the older guide', () => {
  const bookings = (cal: Awaited<ReturnType<typeof startForTest>>, token?: string, query = '') =>
    cal.call('GET', LIST_BOOKINGS + query, { secret: false, ...(token === undefined ? {} : { bearer: token }) });

  it('lists bookings for a token of the legacy scope and for an API key', async () => {
    await using oauth = await startOAuthForTest();
    const { cal } = oauth;
    const { access_token: token, refresh_token: refresh } = await oauth.link({ scope: 'READ_BOOKING READ_PROFILE' });
    for (const answer of [
      await bookings(cal, token),
      await bookings(cal, undefined, '?apiKey=cal_sandbox_owner_key'),
    ]) {
      assert.deepEqual([answer.status, answer.json], [201, []]);
    }
    const { access_token: scoped } = await oauth.link({ scope: 'BOOKING_READ' });
    const { access_token: profile } = await oauth.link({ scope: 'READ_PROFILE' });
    for (const [bearer, query] of [
      [undefined],
      [scoped],
      [profile],
      [refresh],
      ['x'],
      [undefined, '?apiKey='],
    ] as const) {
      const { status, json } = await bookings(cal, bearer, query);
      assert.deepEqual([status, json], [401, { message: 'Unauthorized' }]);
    }
    const wrongKey = await bookings(cal, token, '?apiKey=cal_nobodys');
    assert.deepEqual([wrongKey.status, wrongKey.json], [401, { message: 'API key not valid' }]);
    await cal.control('POST', '/tokens/expire', { access_token: token });
    assert.equal((await bookings(cal, token)).status, 401);
  });
});
