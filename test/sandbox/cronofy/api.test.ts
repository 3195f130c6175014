import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, OTHER_CLIENT, seeded, startForTest } from '../../support/sandbox/test-cronofy.ts';

const ADA = seeded(1);

describe('what the fake Cronofy tells of an account', () => {
  it('is who it is, at /v1/account', async () => {
    await using server = await startForTest();
    const { access_token } = await server.link({ sub: ADA.sub, scope: 'read_account' });
    const { status, json } = await server.v1('/account', access_token);
    assert.deepEqual(
      [status, json],
      [
        200,
        {
          account: {
            account_id: ADA.sub,
            email: 'ada@example.com',
            name: 'Ada Adams',
            scope: 'read_account',
            default_tzid: 'Europe/London',
          },
          sub: ADA.sub,
        },
      ],
    );
    assert.equal(ADA.sub.length, 28);
  });

  it('is its authorization and its profiles, at /v1/userinfo', async () => {
    await using server = await startForTest();
    const { json: tokens } = await server.redeem(await server.browser().allow(1, { delegated_scope: 'free_busy' }));
    const { json } = await server.v1('/userinfo', tokens.access_token);
    const { 'cronofy.data': data, ...rest } = json;
    assert.deepEqual(rest, {
      sub: ADA.sub,
      email: 'ada@example.com',
      name: 'Ada Adams',
      zoneinfo: 'Europe/London',
      'cronofy.type': 'account',
    });
    assert.deepEqual(data.authorization, {
      scope: 'read_events create_event',
      status: 'active',
      delegated_scope: 'free_busy',
    });
    const [{ profile_calendars, ...profile }] = data.profiles;
    assert.deepEqual(profile, {
      provider_name: 'google',
      provider_service: 'gsuite',
      profile_id: ADA.profileId,
      profile_name: 'ada@example.com',
      profile_connected: true,
      profile_initial_sync_required: false,
    });
    assert.deepEqual(
      profile_calendars.map(({ calendar_primary, calendar_readonly }: any) => [calendar_primary, calendar_readonly]),
      [
        [true, false],
        [false, true],
      ],
    );
  });

  it('is its calendars, at /v1/calendars', async () => {
    await using server = await startForTest();
    const { access_token } = await server.link({ sub: ADA.sub });
    const { calendars } = (await server.v1('/calendars', access_token)).json;
    assert.equal(calendars.length, 2);
    assert.deepEqual(calendars[0], {
      provider_name: 'google',
      profile_id: ADA.profileId,
      profile_name: 'ada@example.com',
      calendar_id: 'cal_000000000000000000000001_own',
      calendar_name: 'Calendar',
      calendar_readonly: false,
      calendar_deleted: false,
      calendar_primary: true,
      calendar_integrated_conferencing_available: false,
      calendar_attachments_available: false,
      permission_level: 'sandbox',
    });
  });

  it('is whether a profile is connected, which says nothing about tokens', async () => {
    await using server = await startForTest();
    const { access_token, refresh_token, profile_id } = await server.link({ sub: ADA.sub });
    const profile = async (): Promise<any> => (await server.v1('/profiles', access_token)).json.profiles[0];
    assert.deepEqual(await profile(), {
      provider_name: 'google',
      provider_service: 'gsuite',
      profile_id: ADA.profileId,
      profile_name: 'ada@example.com',
      profile_connected: true,
    });
    await server.control('PUT', `/profiles/${profile_id}`, { connected: false });
    const { profile_connected, profile_relink_url } = await profile();
    assert.equal(profile_connected, false);
    const inUserInfo = (await server.v1('/userinfo', access_token)).json['cronofy.data'].profiles[0];
    assert.equal(inUserInfo.profile_relink_url, profile_relink_url);
    assert.equal((await server.refresh(refresh_token)).status, 200);

    const { pathname } = new URL(profile_relink_url);
    assert.match((await server.send('GET', pathname)).text, /Connect again/);
    assert.equal((await profile()).profile_connected, false, 'looking changes nothing');
    assert.doesNotMatch((await server.send('POST', pathname)).text, /Connect again/);
    assert.equal((await profile()).profile_connected, true);
    assert.equal((await server.send('GET', '/relink/pro_x')).status, 404);
    assert.equal((await server.control('PUT', '/profiles/pro_x', { connected: true })).status, 404);

    await server.control('PUT', `/profiles/${profile_id}`, { connected: false });
    await server.browser().allow(1);
    assert.equal((await profile()).profile_connected, true, 'a consent connects it as well');
  });
});

describe('a bearer at the fake Cronofy', () => {
  it('is refused with the challenge of RFC 6750 unless it is a live access token', async () => {
    await using server = await startForTest();
    const { access_token, refresh_token } = await server.link();
    const ended = await server.link();
    await server.control('POST', '/tokens/purge', { access_token: ended.access_token });
    const paths = ['/account', '/userinfo', '/profiles', '/calendars'];
    for (const path of paths) {
      assert.equal((await server.v1(path, access_token)).status, 200);
      for (const dead of ['unknown', 'undefined', refresh_token, ended.access_token, CLIENT.client_secret]) {
        const { status, headers, text } = await server.v1(path, dead);
        assert.deepEqual([status, text], [401, '']);
        assert.equal(headers.get('www-authenticate'), 'Bearer error="invalid_token"');
      }
      const inQuery = await server.send('GET', `/v1${path}?access_token=${access_token}`);
      assert.deepEqual([inQuery.status, inQuery.headers.get('www-authenticate')], [401, 'Bearer']);
    }
    const lowerCase = await server.send('GET', '/v1/account', { authorization: `bearer ${access_token}` });
    assert.equal(lowerCase.status, 200);
    assert.equal((await server.v1('/link_tokens', 'unknown', {})).status, 401);
  });

  it('is refused without a challenge where the setting says so', async () => {
    await using server = await startForTest({ bearer_challenge: 'none' });
    const { status, headers } = await server.v1('/account', 'unknown');
    assert.deepEqual([status, headers.get('www-authenticate')], [401, null]);
  });

  it('is of no use in a browser: no other origin may read an answer', async () => {
    await using server = await startForTest();
    const { access_token, refresh_token } = await server.link();
    const origin = 'https://app.example.com';
    const asked = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
    const answers = [
      await server.send('OPTIONS', '/v1/userinfo', asked),
      await server.send('OPTIONS', '/oauth/token', asked),
      await server.send('GET', '/v1/userinfo', { origin, authorization: `Bearer ${access_token}` }),
      await server.post('/oauth/token', { grant_type: 'refresh_token', refresh_token }, { origin }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [404, 404, 200, 200],
    );
    for (const { headers } of answers) {
      assert.deepEqual(
        [...headers.keys()].filter((name) => name.startsWith('access-control-')),
        [],
      );
    }
  });
});

describe('an element token of the fake Cronofy', () => {
  it('is bound to an origin and to accounts that have authorized the application', async () => {
    await using server = await startForTest();
    const { sub } = await server.link();
    const wanted = { version: '1', permissions: ['agenda', 'availability'], subs: [sub], origin: 'https://a.example' };
    const { status, json } = await server.v1('/element_tokens', CLIENT.client_secret, wanted);
    assert.equal(status, 200);
    const { token } = json.element_token;
    assert.deepEqual(json, {
      element_token: { permissions: wanted.permissions, origin: wanted.origin, token, expires_in: 64_800 },
    });
    const { element_tokens } = (await server.control('GET', '/state')).json;
    const [{ expires_at, ...seen }] = element_tokens;
    assert.deepEqual(seen, {
      token,
      client_id: CLIENT.client_id,
      permissions: wanted.permissions,
      subs: [sub],
      origin: wanted.origin,
    });
    assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 64_800_000) < 60_000);
    assert.equal((await server.v1('/account', token)).status, 401, 'it is no access token');
  });

  it('wants the client secret as its bearer', async () => {
    await using server = await startForTest();
    const { access_token } = await server.link();
    const wanted = { version: '1', permissions: ['agenda'], origin: 'https://a.example' };
    for (const bearer of [access_token, 'wrong', CLIENT.client_id]) {
      assert.equal((await server.v1('/element_tokens', bearer, wanted)).status, 401);
    }
    assert.equal((await server.v1('/element_tokens', CLIENT.client_secret, wanted)).status, 200);
  });

  it('is refused field by field with a 422', async () => {
    await using server = await startForTest();
    const { sub } = await server.link({ client_id: OTHER_CLIENT.client_id });
    const good = { version: '1', permissions: ['agenda'], origin: 'https://a.example' };
    const wrong: [object, field: string, key: string][] = [
      [{ version: '2' }, 'version', 'errors.invalid'],
      [{ permissions: undefined }, 'permissions', 'errors.required'],
      [{ permissions: [] }, 'permissions', 'errors.required'],
      [{ permissions: ['all'] }, 'permissions', 'errors.invalid'],
      [{ permissions: 'agenda' }, 'permissions', 'errors.invalid'],
      [{ origin: undefined }, 'origin', 'errors.required'],
      [{ origin: 'https://a.example/path' }, 'origin', 'errors.invalid'],
      [{ subs: [sub] }, 'subs', 'errors.not_found'],
    ];
    for (const [change, field, key] of wrong) {
      const { status, json } = await server.v1('/element_tokens', CLIENT.client_secret, { ...good, ...change });
      assert.equal(status, 422);
      assert.deepEqual(Object.keys(json.errors), [field]);
      assert.equal(json.errors[field][0].key, key);
      assert.equal(typeof json.errors[field][0].description, 'string');
    }
    const headers = { authorization: `Bearer ${CLIENT.client_secret}`, 'content-type': 'application/json' };
    assert.equal((await server.send('POST', '/v1/element_tokens', headers, '{')).status, 422);
  });
});
