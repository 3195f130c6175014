import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consented } from '../../support/sandbox/oauth-2-consent.ts';
import { startForTest } from '../../support/sandbox/test-oauth-2.ts';

const CALENDLY = {
  access_ttl_seconds: 7200,
  rotation: 'always',
  on_reuse: 'reject',
  body: 'form',
  scope_in_answer: false,
  extra_fields: {
    created_at: '{now}',
    owner: 'https://api.calendly.example/users/{sub}',
    organization: 'https://api.calendly.example/organizations/1',
  },
};

const GOOGLE = {
  access_ttl_seconds: 3599,
  refresh_ttl_seconds: 15_552_000,
  refresh_ttl_from: 'last_use',
  max_refresh_tokens: 100,
  rotation: 'never',
  refresh_token_in_answer: 'when_rotated',
  refresh_token_on_consent: 'access_type_offline',
  body: 'form',
  invalid_grant_fields: { error_description: 'Token has been expired or revoked.' },
};

const MICROSOFT = {
  access_ttl_seconds: 3600,
  access_ttl_spread_seconds: 1800,
  refresh_ttl_seconds: 7_776_000,
  rotation: 'always',
  rotated_refresh_token: 'kept',
  refresh_token_on_consent: 'offline_access',
  body: 'form',
  invalid_grant_fields: {
    error_description: 'AADSTS700082: The refresh token has expired due to inactivity.',
    error_codes: [700082],
  },
};

describe('the server plays Calendly', () => {
  it('with refresh tokens that work once, and members of its own', async () => {
    await using server = await startForTest(CALENDLY);
    const first = await consented(server);
    assert.deepEqual([first.expires_in, first.owner], [7200, 'https://api.calendly.example/users/alice']);
    const { json: second } = await server.refresh(first.refresh_token);
    assert.equal(second.owner, first.owner);
    assert.equal((await server.refresh(first.refresh_token)).json.error, 'invalid_grant');
    assert.equal((await server.refresh(second.refresh_token)).status, 200);
  });
});

describe('the server plays Google', () => {
  const OFFLINE = { access_type: 'offline' };

  it('with one refresh token, at the first consent or a forced one, and never again', async () => {
    await using server = await startForTest(GOOGLE);
    assert.ok(!('refresh_token' in (await consented(server))), 'offline access was not asked for');
    const alice = { account: 'alice' };
    assert.ok(!('refresh_token' in (await consented(server, OFFLINE, alice))), 'it is her second consent');
    const bob = await consented(server, OFFLINE, { account: 'bob' });
    const { json } = await server.refresh(bob.refresh_token);
    assert.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'scope']);
    const forced = await consented(server, { ...OFFLINE, prompt: 'consent' }, alice);
    assert.equal((await server.refresh(forced.refresh_token)).status, 200);
    assert.equal((await server.refresh(forced.refresh_token)).status, 200);
  });

  it('with a refresh token that lapses when nobody uses it for six months', async () => {
    await using server = await startForTest(GOOGLE);
    const { refresh_token } = await consented(server, OFFLINE);
    for (let turn = 0; turn < 2; turn++) {
      await server.advance(15_552_000 - 10);
      assert.equal((await server.refresh(refresh_token)).status, 200, 'each use prolongs it');
    }
    await server.advance(15_552_000);
    const { json } = await server.refresh(refresh_token);
    assert.deepEqual(json, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' });
  });

  it('with a limit of refresh tokens beyond which the oldest dies without a word', async () => {
    await using server = await startForTest({ ...GOOGLE, max_refresh_tokens: 2 });
    const forced = { ...OFFLINE, prompt: 'consent' };
    const consents = [];
    for (let turn = 0; turn < 3; turn++) consents.push(await consented(server, forced, { account: 'alice' }));
    const bob = await consented(server, OFFLINE, { account: 'bob' });
    const statuses = [...consents, bob].map(async ({ refresh_token }) => (await server.refresh(refresh_token)).status);
    assert.deepEqual(await Promise.all(statuses), [400, 200, 200, 200]);
    assert.equal(await server.fateOf('alice', consents[0].refresh_token), 'superseded');
  });
});

describe('the server plays Microsoft', () => {
  it('with a new refresh token each time and old ones that stay good for their 90 days', async () => {
    await using server = await startForTest(MICROSOFT);
    assert.ok(!('refresh_token' in (await consented(server, { scope: 'openid' }))));
    const first = await consented(server, { scope: 'openid offline_access' });
    assert.ok(first.expires_in >= 3600 && first.expires_in <= 5400);
    const { json: second } = await server.refresh(first.refresh_token);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal((await server.refresh(first.refresh_token)).status, 200);
    assert.equal((await server.account('alice')).reuse_attempts, 0);
    await server.advance(7_776_000);
    const { json } = await server.refresh(second.refresh_token);
    assert.deepEqual([json.error, json.error_codes], ['invalid_grant', [700082]]);
  });
});
