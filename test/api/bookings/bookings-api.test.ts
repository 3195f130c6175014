import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { toProblem, tokenOf } from '../../support/service/answer.ts';
import { jwt } from '../../support/service/credentials.ts';
import { CLIENT_ID } from '../../support/service/start-sandbox.ts';
import { ATOMS_PATH, CONFIG_PATH, startService, TOKEN_PATH, USER_PATH } from '../../support/service/start-service.ts';

const TOKEN_FIELDS = ['access_token', 'cal_client_id', 'expires_in', 'integration_status', 'refreshed', 'token_type'];
const USER_FIELDS = [
  'avatar_url',
  'bio',
  'cal_user_id',
  'created_at',
  'default_schedule_id',
  'email',
  'locale',
  'name',
  'time_format',
  'timezone',
  'username',
  'week_start',
];

describe('POST /api/v1/bookings/token/refresh/', () => {
  it('answers with exactly the documented fields and types', async () => {
    await using service = await startService();
    const { headers, json } = await service.token(jwt('alice'));
    assert.match(headers.get('content-type') ?? '', /^application\/json\b/);
    assert.deepEqual(Object.keys(json).sort(), TOKEN_FIELDS);
    assert.equal(typeof json.access_token, 'string');
    assert.ok(Number.isInteger(json.expires_in));
    assert.equal(json.token_type, 'Bearer');
    assert.equal(typeof json.refreshed, 'boolean');
    assert.equal(json.integration_status, 'created');
    assert.equal(json.cal_client_id, CLIENT_ID);
  });

  it('gives a token that Cal.com accepts as the user it was made for', async () => {
    await using service = await startService();
    const { access_token: token } = tokenOf(await service.token(jwt('alice', { name: 'Alice Liddell' })));
    const { status, json } = await service.sandbox.me(token);
    assert.equal(status, 200);
    assert.equal(json.data.email, `alice+${CLIENT_ID}@example.com`);
    assert.equal(json.data.name, 'Alice Liddell');
  });

  it('says created once and existing from then on, refreshed or not', async () => {
    await using service = await startService();
    const created = tokenOf(await service.token(jwt('alice')));
    assert.deepEqual([created.integration_status, created.refreshed], ['created', true]);
    const again = tokenOf(await service.token(jwt('alice')));
    assert.deepEqual([again.integration_status, again.refreshed], ['existing', false]);
    assert.equal(again.access_token, created.access_token);
    await service.expire();
    const renewed = tokenOf(await service.token(jwt('alice')));
    assert.deepEqual([renewed.integration_status, renewed.refreshed], ['existing', true]);
    assert.notEqual(renewed.access_token, created.access_token);
    assert.equal((await service.sandbox.me(renewed.access_token)).status, 200);
  });

  it('counts expires_in down from the sixty minutes that Cal.com rounds down to the minute', async () => {
    await using service = await startService();
    const firstSeconds: number = tokenOf(await service.token(jwt('alice'))).expires_in;
    assert.ok(firstSeconds <= 3600 && firstSeconds >= 59 * 60 - 5, `expires_in ${firstSeconds}`);
    const [{ expires_at: end }] = service.rows('select expires_at from credentials');
    await new Promise((resolve) => setTimeout(resolve, 2100));
    const laterSeconds: number = tokenOf(await service.token(jwt('alice'))).expires_in;
    assert.ok(laterSeconds <= firstSeconds - 2, `${firstSeconds}, then ${laterSeconds}`);
    assert.ok(laterSeconds * 1000 <= end - Date.now() + 1000, 'never more than there is');
  });

  it('renews a live token when force_refresh is true, and tells Cal.com by the ordinary refresh', async () => {
    await using service = await startService();
    const before = tokenOf(await service.token(jwt('alice')));
    const forced = tokenOf(await service.token(jwt('alice'), { force_refresh: true }));
    assert.equal(forced.refreshed, true);
    assert.equal(forced.integration_status, 'existing');
    assert.notEqual(forced.access_token, before.access_token);
    assert.equal(await service.sandbox.count('refresh'), 1);
    assert.equal(await service.sandbox.count('force-refresh'), 0);
    assert.equal((await service.sandbox.me(before.access_token)).status, 200, 'open pages keep their token');
    const kept = tokenOf(await service.token(jwt('alice'), { force_refresh: false }));
    assert.equal(kept.access_token, forced.access_token);
  });

  it('makes the account with cal_email and timezone where they are given', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice'), { cal_email: 'other@example.org', timezone: 'Asia/Calcutta' }));
    const [user] = await service.sandbox.users();
    assert.equal(user.email, `other+${CLIENT_ID}@example.org`);
    assert.equal(user.time_zone, 'Asia/Calcutta');
  });

  it('makes the account with the e-mail of the caller and UTC where nothing is given', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice')));
    const [user] = await service.sandbox.users();
    assert.equal(user.email, `alice+${CLIENT_ID}@example.com`);
    assert.equal(user.time_zone, 'UTC');
  });

  it('ignores cal_email and timezone once the account is there', async () => {
    await using service = await startService();
    const { access_token: token } = tokenOf(await service.token(jwt('alice')));
    const again = tokenOf(await service.token(jwt('alice'), { cal_email: 'new@example.org', timezone: 'Asia/Tokyo' }));
    assert.equal(again.access_token, token);
    const users = await service.sandbox.users();
    assert.deepEqual(
      users.map(({ email, time_zone }) => [email, time_zone]),
      [[`alice+${CLIENT_ID}@example.com`, 'UTC']],
    );
  });

  it('ignores fields that it does not know and that resemble none', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice'), { user_id: 7, locale: 'it', email: 'x', nested: { cal_email: 'x' } }));
    assert.equal((await service.sandbox.users()).length, 1);
  });

  it('renews a token that lives shorter than min_ttl, and keeps one that lives longer', async () => {
    await using service = await startService();
    const before = tokenOf(await service.token(jwt('alice')));
    const kept = tokenOf(await service.token(jwt('alice'), { min_ttl: 600 }));
    assert.equal(kept.access_token, before.access_token);
    const renewed = tokenOf(await service.token(jwt('alice'), { min_ttl: 86_400 }));
    assert.equal(renewed.refreshed, true);
    assert.equal(await service.sandbox.count('refresh'), 1);
  });

  it('renews a rejected token once, however often it is reported', async () => {
    await using service = await startService();
    const { access_token: rejected } = tokenOf(await service.token(jwt('alice')));
    await service.sandbox.control('POST', '/tokens/purge', { access_token: rejected });
    const reports = await Promise.all(
      Array.from({ length: 20 }, () => service.token(jwt('alice'), { rejected_access_token: rejected })),
    );
    const tokens = new Set(reports.map((report): string => tokenOf(report).access_token));
    assert.equal(tokens.size, 1);
    assert.ok(!tokens.has(rejected));
    assert.equal(await service.sandbox.count('refresh'), 1);
    tokenOf(await service.token(jwt('alice'), { rejected_access_token: rejected }));
    assert.equal(await service.sandbox.count('refresh'), 1);
  });

  it('refuses other methods with 405 and Allow', async () => {
    await using service = await startService();
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await service.call(method, TOKEN_PATH, { bearer: jwt('alice') });
      toProblem(answer, 405, 'method_not_allowed');
      assert.equal(answer.headers.get('allow'), 'POST');
    }
    const head = await service.call('HEAD', TOKEN_PATH, { bearer: jwt('alice') });
    assert.equal(head.status, 405);
    assert.equal(head.headers.get('allow'), 'POST');
  });
});

describe('GET /api/v1/bookings/config/', () => {
  it('says what a frontend needs, for every user alike', async () => {
    await using service = await startService();
    const { status, json } = await service.call('GET', CONFIG_PATH, { bearer: jwt('alice') });
    assert.equal(status, 200);
    assert.deepEqual(json, {
      cal_client_id: CLIENT_ID,
      cal_api_url: `${service.sandbox.url}/v2`,
      cal_app_url: service.sandbox.url,
      refresh_url: service.url + ATOMS_PATH,
      mode: 'managed',
    });
    assert.deepEqual(await service.sandbox.journal(), [], 'and asks nobody for it');
  });

  it('names the refresh URL under the public URL of the deployment', async () => {
    await using service = await startService({ env: { EVERGRANT_PUBLIC_URL: 'https://tokens.example.com/' } });
    const { json } = await service.call('GET', CONFIG_PATH, { bearer: jwt('alice') });
    assert.equal(json.refresh_url, `https://tokens.example.com${ATOMS_PATH}`);
  });

  it('says what is missing where no Cal.com client is configured', async () => {
    await using service = await startService({ env: { CAL_COM_CLIENT_ID: '', CAL_COM_CLIENT_SECRET: '' } });
    for (const [method, path] of [
      ['GET', CONFIG_PATH],
      ['POST', TOKEN_PATH],
      ['GET', USER_PATH],
    ] as const) {
      const { detail } = toProblem(
        await service.call(method, path, { bearer: jwt('alice') }),
        500,
        'provider_not_configured',
      );
      assert.match(detail, /CAL_COM_CLIENT_ID/);
      assert.equal((await service.call(method, path)).status, 401);
    }
  });
});

describe('GET /api/v1/bookings/user/', () => {
  it('is a 404 that says what to do until the user is integrated, and creates nobody', async () => {
    await using service = await startService();
    const { detail } = toProblem(await service.call('GET', USER_PATH, { bearer: jwt('alice') }), 404, 'not_integrated');
    assert.match(detail, /token\/refresh/);
    assert.deepEqual(await service.sandbox.users(), []);
  });

  it('answers with exactly the twelve fields once the user is integrated', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice', { name: 'Alice' }), { timezone: 'Europe/Rome' }));
    const { status, json } = await service.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json).sort(), USER_FIELDS);
    const [user] = await service.sandbox.users();
    assert.equal(json.cal_user_id, user.id);
    assert.equal(json.username, user.username);
    assert.equal(json.email, `alice+${CLIENT_ID}@example.com`);
    assert.equal(json.name, 'Alice');
    assert.equal(json.timezone, 'Europe/Rome');
    assert.equal(json.time_format, 12);
    assert.equal(json.week_start, 'Sunday');
    assert.equal(json.locale, 'en');
    assert.ok(Number.isInteger(json.default_schedule_id));
    assert.equal(json.avatar_url, null);
    assert.equal(json.bio, null);
    assert.ok(!Number.isNaN(Date.parse(json.created_at)));
  });

  it('still shows the user as last seen while Cal.com does not answer', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice')));
    await service.sandbox.fault('*', { status: 500 });
    using database = new DatabaseSync(service.databasePath, { timeout: 10_000 });
    database.exec('update grants set profile_at = 0');
    const { status, json } = await service.call('GET', USER_PATH, { bearer: jwt('alice') });
    assert.equal(status, 200);
    assert.equal(json.email, `alice+${CLIENT_ID}@example.com`);
    const asked = (await service.sandbox.journal()).filter((entry) => entry.method === 'GET');
    assert.equal(asked.length, 1, 'it did ask');
  });
});

describe('every path', () => {
  it('answers with and without its last slash, without a redirect', async () => {
    await using service = await startService();
    const bearer = jwt('alice');
    for (const [method, path] of [
      ['POST', TOKEN_PATH],
      ['GET', CONFIG_PATH],
      ['GET', USER_PATH],
    ] as const) {
      for (const spelling of [path, path.replace(/\/$/, '')]) {
        const { status } = await service.call(method, spelling, { bearer, ...(method === 'POST' ? { body: {} } : {}) });
        assert.equal(status, 200, `${method} ${spelling}`);
      }
    }
  });

  it('answers HEAD where it answers GET, without a body', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice')));
    for (const path of [CONFIG_PATH, USER_PATH]) {
      const { status, text } = await service.call('HEAD', path, { bearer: jwt('alice') });
      assert.equal(status, 200, path);
      assert.equal(text, '');
    }
  });
});
