import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { CLIENT, REDIRECT_URI, seeded, startForTest, type TestCronofy } from '../support/sandbox/test-cronofy.ts';

// The official SDK as it is on npm; it brings no types.
const Cronofy = createRequire(import.meta.url)('cronofy');
const ADA = seeded(1);
const TOKEN = /^[\x21-\x7e]{32}$/;

// Its HTTP client would ask a proxy even for this machine.
process.env['NO_PROXY'] = '127.0.0.1';

function sdkAt({ url }: TestCronofy, config: object = {}): any {
  const sdk = new Cronofy({ ...CLIENT, ...config });
  sdk.urls.api = url;
  return sdk;
}

async function assertFails(call: Promise<unknown>, statusCode: number, entity: unknown): Promise<void> {
  await assert.rejects(call, (error: any) => {
    assert.deepEqual([error.statusCode, error.error.entity], [statusCode, entity]);
    return true;
  });
}

describe('the official Node SDK at the fake Cronofy', () => {
  it('exchanges a code and uses what it got', async () => {
    await using server = await startForTest();
    const sdk = sdkAt(server);
    const code = await server.browser().allow(1);
    const answer = await sdk.requestAccessToken({ code, redirect_uri: REDIRECT_URI });
    assert.deepEqual([answer.token_type, answer.expires_in, answer.sub], ['bearer', 3600, ADA.sub]);
    assert.deepEqual(answer.linking_profile, {
      provider_name: 'google',
      profile_id: ADA.profileId,
      profile_name: 'ada@example.com',
    });
    assert.deepEqual(
      [sdk.config.access_token, sdk.config.refresh_token],
      [answer.access_token, answer.refresh_token],
      'the SDK keeps them',
    );
    assert.equal((await sdk.accountInformation()).account.email, 'ada@example.com');
    assert.equal((await sdk.userInfo())['cronofy.data'].authorization.status, 'active');
    assert.equal((await sdk.profileInformation()).profiles[0].profile_id, ADA.profileId);
    assert.equal((await sdk.listCalendars()).calendars.length, 2);

    const second = await server.browser().allow(2);
    const again = await sdk.requestAccessToken({ code: second, redirect_uri: REDIRECT_URI });
    assert.equal(again.sub, seeded(2).sub, 'the refresh token that it sends along is ignored');
    await assertFails(sdk.requestAccessToken({ code, redirect_uri: REDIRECT_URI }), 400, { error: 'invalid_grant' });
    assert.equal(sdk.config.refresh_token, again.refresh_token, 'a refusal leaves the SDK what it had');
  });

  it('refreshes, before and after a rotation', async () => {
    await using server = await startForTest({ rotation: 'every:2' });
    const { access_token, refresh_token } = await server.link();
    const sdk = sdkAt(server, { access_token, refresh_token });
    const first = await sdk.refreshAccessToken();
    assert.match(first.access_token, TOKEN);
    assert.deepEqual([first.refresh_token, first.access_token === access_token], [refresh_token, false]);
    const second = await sdk.refreshAccessToken();
    assert.match(second.refresh_token, TOKEN);
    assert.notEqual(second.refresh_token, refresh_token);
    await assertFails(sdk.refreshAccessToken({ refresh_token }), 400, { error: 'invalid_grant' });
    assert.equal((await sdk.refreshAccessToken()).refresh_token, second.refresh_token);
    assert.equal((await sdk.accountInformation()).account.account_id.length, 28);
    const withCallback = await new Promise<any>((resolve, reject) => {
      sdk.refreshAccessToken({}, (error: Error | null, answer: unknown) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
    assert.notEqual(withCallback.refresh_token, second.refresh_token);
  });

  it('races with itself, and where Cronofy rotates one of two loses', async () => {
    await using server = await startForTest({ rotation: 'always' });
    const { refresh_token } = await server.link();
    const [one, other] = [sdkAt(server, { refresh_token }), sdkAt(server, { refresh_token })];
    const ends = await Promise.allSettled([one.refreshAccessToken(), other.refreshAccessToken()]);
    assert.deepEqual(ends.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('hears of a wrong client, a dead token and too many requests', async () => {
    await using server = await startForTest();
    const { access_token, refresh_token } = await server.link();
    const stranger = sdkAt(server, { client_secret: 'wrong', refresh_token });
    await assertFails(stranger.refreshAccessToken(), 400, { error: 'invalid_client' });
    const sdk = sdkAt(server, { access_token, refresh_token });
    await server.control('POST', '/tokens/expire', { access_token });
    await assertFails(sdk.accountInformation(), 401, '');
    assert.equal((await server.control('GET', '/journal')).json.length, 2, 'it does not refresh by itself');
    await server.set({ rate_limit_per_minute: 1, retry_after: true });
    await server.advance(120);
    await sdk.refreshAccessToken();
    await assertFails(sdk.refreshAccessToken(), 429, '');
  });

  it('revokes by a token that it is given, and only then', async () => {
    await using server = await startForTest();
    const { sub, access_token, refresh_token } = await server.link();
    const sdk = sdkAt(server, { access_token, refresh_token });
    await assertFails(sdk.revokeAuthorization(), 400, { error: 'invalid_request' });
    assert.equal(await server.fateOf(sub, refresh_token), 'live');
    assert.equal(await sdk.revokeAuthorization({ token: refresh_token }), '');
    assert.equal(await server.fateOf(sub, refresh_token), 'revoked');
    assert.deepEqual([sdk.config.access_token, sdk.config.refresh_token], [undefined, undefined]);

    const bob = await server.link();
    assert.equal(await sdkAt(server).revokeAuthorization({ sub: bob.sub }), '');
    assert.equal(await server.fateOf(bob.sub, bob.access_token), 'revoked');
  });

  it('revokes by what it sends unasked where the setting has it so', async () => {
    await using server = await startForTest({ revoke_without_token: 'accept' });
    const { sub, refresh_token } = await server.link();
    await sdkAt(server, { refresh_token }).revokeAuthorization();
    assert.equal(await server.fateOf(sub, refresh_token), 'revoked');
  });

  it('calls for an application calendar, and gets it again', async () => {
    await using server = await startForTest();
    const sdk = sdkAt(server);
    const first = await sdk.applicationCalendar({ application_calendar_id: 'room' });
    assert.match(first.sub, /^apc_/);
    assert.equal((await sdk.userInfo()).sub, first.sub);
    const again = await sdk.applicationCalendar({ application_calendar_id: 'room' });
    assert.equal(again.sub, first.sub);
    assert.equal(sdk.config.refresh_token, again.refresh_token);
    assert.match((await sdk.refreshAccessToken()).access_token, TOKEN);
    await assert.rejects(sdk.applicationCalendar({}), (error: any) => {
      assert.equal(error.statusCode, 422);
      assert.equal(error.error.entity.errors.application_calendar_id[0].key, 'errors.required');
      return true;
    });
  });

  it('asks for an element token', async () => {
    await using server = await startForTest();
    const { sub } = await server.link();
    const wanted = { permissions: ['account_management'], subs: [sub], origin: 'https://app.example.com' };
    const { element_token } = await sdkAt(server).requestElementToken(wanted);
    const { token, ...rest } = element_token;
    assert.match(token, TOKEN);
    assert.deepEqual(rest, { permissions: wanted.permissions, origin: wanted.origin, expires_in: 64_800 });
    await assertFails(sdkAt(server, { client_secret: 'wrong' }).requestElementToken(wanted), 401, '');
  });
});
