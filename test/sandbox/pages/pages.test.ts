import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_ID, startForTest } from '../../support/sandbox/test-cal-com.ts';

describe('what a page with Atoms loads', () => {
  it('begins with the provider, which needs no authentication', async () => {
    await using cal = await startForTest();
    const { status, text } = await cal.call('GET', `/v2/provider/${CLIENT_ID}`, { secret: false });
    assert.equal(status, 200);
    assert.equal(
      text,
      `{"status":"success","data":{"clientId":"${CLIENT_ID}","organizationId":1,"name":"Sandbox client"}}`,
    );
    const unknown = await cal.call('GET', '/v2/provider/nobody', { secret: false });
    assert.equal(unknown.status, 401);
    assert.equal(
      JSON.stringify(unknown.json.error),
      '{"code":"UnauthorizedException","message":"Unauthorized","details":{"message":"Unauthorized","statusCode":401}}',
    );
  });

  it("checks a token, whatever the client in the path, and takes the client's secret too", async () => {
    await using cal = await startForTest();
    const { accessToken: bearer } = await cal.createUser('alice');
    const other = await cal.call('GET', '/v2/provider/some-other-client/access-token', { bearer });
    assert.deepEqual([other.status, other.text], [200, '{"status":"success"}']);
    assert.equal((await cal.call('GET', `/v2/provider/${CLIENT_ID}/access-token`)).status, 200);
  });

  it('asks for an OAuth 2 client, unknown ones being a 404', async () => {
    await using cal = await startForTest();
    const path = '/v2/atoms/auth/oauth2/clients/';
    const known = await cal.call('GET', `${path}sandbox-cal-oauth-client`, { secret: false });
    assert.deepEqual(known.json.data, { clientId: 'sandbox-cal-oauth-client', organizationId: null });
    const unknown = await cal.call('GET', path + CLIENT_ID, { secret: false });
    assert.equal(unknown.status, 404);
    assert.deepEqual(unknown.json.error, {
      code: 'HttpException',
      message: 'unauthorized_client',
      details: 'unauthorized_client',
    });
  });

  it('reads and changes the own profile', async () => {
    await using cal = await startForTest();
    const { user, accessToken: bearer } = await cal.createUser('alice', { timeZone: 'Europe/Rome' });
    const me = await cal.call('GET', '/v2/me', { bearer });
    assert.equal(
      JSON.stringify(me.json.data),
      JSON.stringify({
        id: user.id,
        username: user.username,
        email: user.email,
        name: 'alice',
        avatarUrl: null,
        bio: null,
        timeFormat: 12,
        defaultScheduleId: user.defaultScheduleId,
        weekStart: 'Sunday',
        timeZone: 'Europe/Rome',
        locale: 'en',
        organizationId: 1,
        organization: { id: 1, isPlatform: true },
      }),
    );
    const changed = await cal.call('PATCH', '/v2/me', { bearer, body: { timeZone: 'Asia/Tokyo' } });
    assert.deepEqual([changed.status, changed.json.data.timeZone], [200, 'Asia/Tokyo']);
    assert.equal((await cal.call('GET', '/v2/me/', { bearer })).json.data.timeZone, 'Asia/Tokyo');
    assert.equal((await cal.call('PATCH', '/v2/me', { bearer, body: { timeZone: 'x' } })).status, 400);
  });

  const guarded = [
    '/v2/me',
    '/v2/calendars',
    '/v2/calendars/google/check',
    '/v2/atoms/schedules',
    '/v2/atoms/schedules/all',
    '/v2/atoms/event-types',
    '/v2/bookings?take=1',
  ];
  for (const path of guarded) {
    it(`gets ${path} with a live token, 498 with an expired one, 401 with a purged one`, async () => {
      await using cal = await startForTest();
      const { accessToken: bearer } = await cal.createUser('alice', { timeZone: 'Europe/Rome' });
      const live = await cal.call('GET', path, { bearer });
      assert.deepEqual([live.status, live.json.status], [200, 'success']);
      await cal.control('POST', '/tokens/expire', { access_token: bearer });
      assert.equal((await cal.call('GET', path, { bearer })).status, 498);
      await cal.control('POST', '/tokens/purge', { access_token: bearer });
      assert.equal((await cal.call('GET', path, { bearer })).status, 401);
    });
  }

  it('gets calendars, schedules and event types of the right shape', async () => {
    await using cal = await startForTest();
    const { user, accessToken: bearer } = await cal.createUser('alice', { timeZone: 'Europe/Rome' });
    const get = async (path: string) => (await cal.call('GET', path, { bearer })).json.data;

    const { connectedCalendars, destinationCalendar } = await get('/v2/calendars');
    assert.equal(connectedCalendars[0].primary.email, user.email);
    assert.equal(connectedCalendars[0].calendars[0].credentialId, destinationCalendar.credentialId);

    const schedule = await get('/v2/atoms/schedules');
    assert.deepEqual(
      [schedule.id, schedule.timeZone, schedule.isDefault],
      [user.defaultScheduleId, 'Europe/Rome', true],
    );
    assert.deepEqual(
      schedule.availability.map((day: unknown[]) => day.length),
      [0, 1, 1, 1, 1, 1, 0],
    );
    assert.deepEqual((await get('/v2/atoms/schedules/all')).schedules[0].id, user.defaultScheduleId);

    const slugs = ['thirty-minutes', 'sixty-minutes', 'thirty-minutes-video', 'sixty-minutes-video'];
    const { eventTypes } = await get('/v2/atoms/event-types');
    assert.deepEqual(
      eventTypes.map(({ slug }: any) => slug),
      slugs,
    );
    assert.deepEqual(Object.keys(eventTypes[0]), ['id', 'slug', 'title', 'length', 'description']);
    const published = await cal.call('GET', `/v2/event-types?username=${user.username}`, { secret: false });
    assert.equal(published.json.data.length, 4);
    assert.deepEqual((await cal.call('GET', '/v2/event-types?username=nobody')).json.data, []);
    assert.deepEqual(await get('/v2/bookings'), []);
  });

  it('has no event types when default_event_types is off, and no schedule without a time zone', async () => {
    await using cal = await startForTest({ default_event_types: false });
    const { accessToken: bearer } = await cal.createUser('alice');
    assert.deepEqual((await cal.call('GET', '/v2/atoms/event-types', { bearer })).json.data.eventTypes, []);
    assert.deepEqual((await cal.call('GET', '/v2/atoms/schedules/all', { bearer })).json.data.schedules, []);
    assert.equal((await cal.call('GET', '/v2/atoms/schedules', { bearer })).status, 404);
  });

  it('knows three kinds of calendar, and lists time zones to anybody', async () => {
    await using cal = await startForTest();
    const { accessToken: bearer } = await cal.createUser('alice');
    assert.equal((await cal.call('GET', '/v2/calendars/office365/check', { bearer })).text, '{"status":"success"}');
    assert.equal((await cal.call('GET', '/v2/calendars/papyrus/check', { bearer })).status, 400);
    const { json } = await cal.call('GET', '/v2/timezones', { secret: false });
    assert.deepEqual(Object.keys(json.data[0]), ['city', 'timezone', 'pop']);
  });
});

describe('a browser', () => {
  it('is let in from everywhere by the preflight', async () => {
    await using cal = await startForTest({ rate_limit_per_minute: 1 });
    for (let turn = 0; turn < 3; turn++) {
      const { status, headers } = await cal.call('OPTIONS', '/v2/me', {
        headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
      });
      assert.equal(status, 204, 'a preflight is not counted');
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.equal(headers.get('access-control-max-age'), '86400');
      assert.equal(headers.get('access-control-allow-methods'), 'GET,PATCH,DELETE,HEAD,POST,PUT,OPTIONS');
      assert.equal(
        headers.get('access-control-allow-headers'),
        'x-cal-client-id,x-cal-secret-key,x-cal-platform-embed,cal-api-version,Accept,Authorization,Content-Type,Origin',
      );
    }
  });

  it('may read every answer, errors included, but is shown no further header', async () => {
    await using cal = await startForTest();
    for (const path of ['/v2/timezones', '/v2/me', '/v2/nowhere']) {
      const { headers } = await cal.call('GET', path);
      assert.equal(headers.get('access-control-allow-origin'), '*', path);
      assert.equal(headers.get('access-control-expose-headers'), null);
      assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
    }
  });
});
