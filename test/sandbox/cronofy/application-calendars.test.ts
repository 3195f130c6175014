import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT, OTHER_CLIENT, startForTest } from '../../support/sandbox/test-cronofy.ts';

const PATH = '/v1/application_calendars';

describe('an application calendar of the fake Cronofy', () => {
  it('is made on first use, without anybody', async () => {
    await using server = await startForTest();
    const { status, json, headers } = await server.post(PATH, { application_calendar_id: 'room 7' });
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(json.sub, /^apc_[0-9a-f]{24}$/);
    assert.deepEqual(json, {
      token_type: 'bearer',
      access_token: json.access_token,
      expires_in: 3600,
      refresh_token: json.refresh_token,
      scope: 'read_write',
      application_calendar_id: 'room 7',
      sub: json.sub,
      linking_profile: {
        provider_name: 'cronofy',
        profile_id: json.linking_profile.profile_id,
        profile_name: 'room 7',
      },
    });
    const { calendars } = (await server.v1('/calendars', json.access_token)).json;
    assert.deepEqual(
      calendars.map(({ calendar_primary }: any) => calendar_primary),
      [true],
    );
    assert.equal((await server.refresh(json.refresh_token)).status, 200);
  });

  it('is the same one ever after, with fresh tokens; the former ones live on', async () => {
    await using server = await startForTest();
    const first = (await server.post(PATH, { application_calendar_id: 'a' })).json;
    const again = (await server.post(PATH, { application_calendar_id: 'a' })).json;
    assert.equal(again.sub, first.sub);
    assert.deepEqual(again.linking_profile, first.linking_profile);
    for (const kind of ['access_token', 'refresh_token']) {
      assert.notEqual(again[kind], first[kind]);
      assert.equal(await server.fateOf(first.sub, first[kind]), 'live');
    }
    assert.equal((await server.refresh(first.refresh_token)).status, 200);
    const another = (await server.post(PATH, { application_calendar_id: 'b' })).json;
    const others = (await server.post(PATH, { ...OTHER_CLIENT, application_calendar_id: 'a' })).json;
    assert.equal(new Set([first.sub, another.sub, others.sub]).size, 3);
  });

  it('ends the former tokens where the setting says so', async () => {
    await using server = await startForTest({ application_calendar_ends_tokens: true });
    const first = (await server.post(PATH, { application_calendar_id: 'a' })).json;
    const again = (await server.post(PATH, { application_calendar_id: 'a' })).json;
    assert.equal(await server.fateOf(first.sub, first.access_token), 'superseded');
    assert.equal((await server.refresh(first.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.refresh(again.refresh_token)).status, 200);
  });

  it('is revoked by its sub, and comes back when it is called for', async () => {
    await using server = await startForTest();
    const first = (await server.post(PATH, { application_calendar_id: 'a' })).json;
    await server.post('/oauth/token/revoke', { sub: first.sub });
    assert.equal((await server.refresh(first.refresh_token)).json.error, 'invalid_grant');
    const again = (await server.post(PATH, { application_calendar_id: 'a' })).json;
    assert.equal(again.sub, first.sub);
    assert.equal((await server.refresh(again.refresh_token)).status, 200);
  });

  it('needs the client in the body, and an id', async () => {
    await using server = await startForTest();
    const wrong = { client_id: CLIENT.client_id, client_secret: 'wrong', application_calendar_id: 'a' };
    const refused = await server.post(PATH, wrong);
    assert.deepEqual([refused.status, refused.json], [400, { error: 'invalid_client' }]);
    await server.set({ application_calendar_invalid_client_status: 401 });
    assert.equal((await server.post(PATH, wrong)).status, 401);
    const inHeader = { authorization: `Bearer ${CLIENT.client_secret}` };
    assert.equal((await server.post(PATH, { client_id: '', application_calendar_id: 'a' }, inHeader)).status, 401);
    const { status, json } = await server.post(PATH, { application_calendar_id: '' });
    assert.equal(status, 422);
    assert.equal(json.errors.application_calendar_id[0].key, 'errors.required');
    const { accounts } = (await server.control('GET', '/state')).json;
    assert.equal(accounts.filter(({ sub }: any) => sub.startsWith('apc_')).length, 0);
  });
});
