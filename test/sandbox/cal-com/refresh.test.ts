import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { REFRESH, startForTest, USERS } from '../../support/sandbox/test-cal-com.ts';

const DAY_MS = 86_400_000;

function decode(part: string | undefined): string {
  return Buffer.from(part ?? '', 'base64url').toString();
}

describe('the refresh', () => {
  it('answers 200 with the four keys in order, expiry in ms floored to the minute and to the day', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    const before = Date.now();
    const { status, json } = await cal.refresh(refreshToken);
    const after = Date.now();
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json.data), [
      'accessToken',
      'accessTokenExpiresAt',
      'refreshToken',
      'refreshTokenExpiresAt',
    ]);
    const { accessTokenExpiresAt, refreshTokenExpiresAt } = json.data;
    assert.equal(accessTokenExpiresAt % 60_000, 0);
    assert.ok(accessTokenExpiresAt > before + 3_540_000 && accessTokenExpiresAt <= after + 3_600_000);
    assert.equal(refreshTokenExpiresAt % DAY_MS, 0);
    assert.ok(refreshTokenExpiresAt > before + 364 * DAY_MS && refreshTokenExpiresAt <= after + 365 * DAY_MS);
  });

  it('mints HS256 tokens without exp; only those of a refresh carry userId', async () => {
    await using cal = await startForTest();
    const { user, accessToken, accessTokenExpiresAt, refreshToken } = await cal.createUser('alice');
    const [header, payload] = accessToken.split('.');
    assert.equal(decode(header), '{"alg":"HS256","typ":"JWT"}');
    const claims = JSON.parse(decode(payload));
    assert.deepEqual(Object.keys(claims), ['type', 'clientId', 'ownerId', 'expiresAt', 'jti', 'iat']);
    assert.deepEqual(
      [claims.type, claims.clientId, claims.ownerId, claims.expiresAt],
      ['access_token', 'sandbox-cal-client', user.id, accessTokenExpiresAt],
    );
    const { json } = await cal.refresh(refreshToken);
    const refreshed = JSON.parse(decode(json.data.refreshToken.split('.')[1]));
    assert.deepEqual(Object.keys(refreshed), ['type', 'clientId', 'ownerId', 'expiresAt', 'userId', 'jti', 'iat']);
    assert.deepEqual([refreshed.type, refreshed.userId], ['refresh_token', user.id]);
  });

  it('uses the refresh token up and leaves the old access token alive', async () => {
    await using cal = await startForTest();
    const { accessToken, refreshToken } = await cal.createUser('alice');
    const { json } = await cal.refresh(refreshToken);
    assert.equal((await cal.check(accessToken)).status, 200);
    assert.equal((await cal.check(json.data.accessToken)).status, 200);
    const again = await cal.refresh(refreshToken);
    assert.equal(again.status, 400);
    assert.deepEqual(again.json.error, {
      code: 'BadRequestException',
      message: 'Invalid refresh token',
      details: { message: 'Invalid refresh token', error: 'Bad Request', statusCode: 400 },
    });
    assert.equal(await cal.statusOf(refreshToken), 'used');
    assert.equal(await cal.statusOf(json.data.refreshToken), 'live');
  });

  it('has one winner among a hundred at the same time', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    const answers = await Promise.all(Array.from({ length: 100 }, () => cal.refresh(refreshToken)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status }) => status === 400).length, 99);
  });

  it("purges the expired access tokens of the client's every user, but not when it fails", async () => {
    await using cal = await startForTest();
    const alice = await cal.createUser('alice');
    const bob = await cal.createUser('bob');
    await cal.control('POST', '/clock', { advance_seconds: 3601 });
    await cal.refresh('nonsense');
    assert.equal((await cal.check(alice.accessToken)).status, 498);
    await cal.refresh(bob.refreshToken);
    const purged = await cal.check(alice.accessToken);
    assert.deepEqual([purged.status, purged.json.error.message], [401, 'Invalid Access Token.']);
    assert.equal(await cal.statusOf(alice.accessToken), 'purged');
    assert.equal((await cal.refresh(alice.refreshToken)).status, 200);
  });

  it("leaves another client's expired access tokens where they are", async () => {
    await using cal = await startForTest();
    const { json } = await cal.call('POST', '/v2/oauth-clients/sandbox-cal-other-client/users', {
      secret: 'sandbox-cal-other-secret',
      body: { email: 'alice@example.com', name: 'A' },
    });
    const { refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/clock', { advance_seconds: 3601 });
    await cal.refresh(refreshToken);
    assert.equal((await cal.check(json.data.accessToken)).status, 498);
  });

  it('refuses what is no refresh token of this client, or was deleted by a force-refresh', async () => {
    await using cal = await startForTest();
    const { user, accessToken, refreshToken } = await cal.createUser('alice');
    const elsewhere = await cal.call('POST', '/v2/oauth/sandbox-cal-client-no-org/refresh', {
      secret: 'sandbox-cal-secret-no-org',
      body: { refreshToken },
    });
    assert.deepEqual([elsewhere.status, elsewhere.json.error.message], [400, 'Invalid refresh token']);
    assert.equal((await cal.refresh(accessToken)).json.error.message, 'Invalid refresh token');
    // The signature is never looked at: one of ours over a token that was never issued counts for nothing.
    const forged = refreshToken.replace(/[^.]+$/, createHmac('sha256', 'k').update('x').digest('base64url'));
    assert.equal((await cal.refresh(forged)).json.error.message, 'Invalid refresh token');
    await cal.forceRefresh(user.id);
    assert.equal((await cal.refresh(refreshToken)).json.error.message, 'Invalid refresh token');
    const byBearer = await cal.call('POST', REFRESH, { bearer: 'cal_sandbox_owner_key', body: { refreshToken } });
    assert.deepEqual([byBearer.status, byBearer.json.error.message], [400, 'Invalid OAuthClient credentials.']);
  });

  it('ignores the expiry of the refresh token unless refresh_expiry is enforced', async () => {
    for (const [refresh_expiry, status] of [
      ['ignored', 200],
      ['enforced', 400],
    ] as const) {
      await using cal = await startForTest({ refresh_expiry });
      const { refreshToken } = await cal.createUser('alice');
      await cal.control('POST', '/clock', { advance_seconds: 366 * 86_400 });
      assert.equal((await cal.refresh(refreshToken)).status, status, refresh_expiry);
    }
  });

  it('answers a reuse as race_loser says', async () => {
    await using cal = await startForTest();
    const { refreshToken } = await cal.createUser('alice');
    await cal.refresh(refreshToken);
    await cal.control('PUT', '/settings', { race_loser: 'not_found' });
    const notFound = await cal.refresh(refreshToken);
    assert.equal(notFound.status, 404);
    assert.equal(
      JSON.stringify(notFound.json.error),
      '{"code":"NOT_FOUND","message":"Invalid Query: The requested record was not found."}',
    );
    await cal.control('PUT', '/settings', { race_loser: 'error_500' });
    const failed = await cal.refresh(refreshToken);
    assert.equal(failed.status, 500);
    assert.equal(
      JSON.stringify(failed.json.error),
      '{"code":"INTERNAL_SERVER_ERROR","message":"There was an error, please try again later."}',
    );
    assert.equal((await cal.refresh('unknown')).status, 400, 'only a reuse is a lost race');
  });

  it('revokes the whole family on reuse when on_reuse says so, and nobody else', async () => {
    await using cal = await startForTest({ on_reuse: 'revoke_family' });
    const alice = await cal.createUser('alice');
    const bob = await cal.createUser('bob');
    const { json } = await cal.refresh(alice.refreshToken);
    await cal.refresh(alice.refreshToken);
    assert.equal((await cal.check(json.data.accessToken)).status, 401);
    assert.equal((await cal.check(alice.accessToken)).status, 401);
    assert.equal((await cal.refresh(json.data.refreshToken)).status, 400);
    assert.equal((await cal.check(bob.accessToken)).status, 200);
  });

  it('keeps the refresh token as rotation says', async () => {
    await using cal = await startForTest({ rotation: 'never' });
    const { refreshToken } = await cal.createUser('alice');
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await cal.refresh(refreshToken)).json.data.refreshToken, refreshToken);
    }
    await cal.control('PUT', '/settings', { rotation: 'every:3' });
    let current = (await cal.createUser('bob')).refreshToken;
    const changes: boolean[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const next = (await cal.refresh(current)).json.data.refreshToken;
      changes.push(next !== current);
      current = next;
    }
    assert.deepEqual(changes, [false, false, true, false, false, true]);
  });
});

describe('the force-refresh', () => {
  it('answers 200 with its own key order and replaces all tokens of that user alone', async () => {
    await using cal = await startForTest();
    const alice = await cal.createUser('alice');
    const bob = await cal.createUser('bob');
    const { json: earlier } = await cal.refresh(alice.refreshToken);
    const { status, json } = await cal.forceRefresh(alice.user.id);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json.data), [
      'accessToken',
      'refreshToken',
      'accessTokenExpiresAt',
      'refreshTokenExpiresAt',
    ]);
    for (const dead of [alice.accessToken, earlier.data.accessToken]) {
      assert.equal((await cal.check(dead)).json.error.message, 'Invalid Access Token.');
      assert.equal(await cal.statusOf(dead), 'deleted');
    }
    assert.equal((await cal.refresh(earlier.data.refreshToken)).status, 400);
    assert.equal((await cal.check(json.data.accessToken)).status, 200);
    assert.equal((await cal.refresh(json.data.refreshToken)).status, 200);
    assert.equal((await cal.check(bob.accessToken)).status, 200);
  });

  it('spares live access tokens when force_refresh_deletes is expired_access_only', async () => {
    await using cal = await startForTest({ force_refresh_deletes: 'expired_access_only' });
    const { user, accessToken, refreshToken } = await cal.createUser('alice');
    await cal.control('POST', '/tokens/expire', { access_token: accessToken });
    const { json } = await cal.refresh((await cal.createUser('bob')).refreshToken);
    assert.equal((await cal.check(json.data.accessToken)).status, 200);
    const second = (await cal.forceRefresh(user.id)).json.data;
    const third = (await cal.forceRefresh(user.id)).json.data;
    assert.equal((await cal.check(accessToken)).status, 401);
    assert.equal((await cal.check(second.accessToken)).status, 200);
    assert.equal((await cal.check(third.accessToken)).status, 200);
    assert.equal((await cal.refresh(refreshToken)).status, 400);
    assert.equal((await cal.refresh(second.refreshToken)).status, 400);
  });

  it('leaves used tokens in a stale cache when stale_cache_401 is on, until their expiry', async () => {
    await using cal = await startForTest({ stale_cache_401: true });
    const { user, accessToken: unused } = await cal.createUser('alice');
    const { accessToken: used } = (await cal.forceRefresh(user.id)).json.data;
    assert.equal((await cal.check(unused)).json.error.message, 'Invalid Access Token.');
    await cal.check(used);
    await cal.forceRefresh(user.id);
    const stale = 'ApiAuthStrategy - access token - OAuth client not found given the access token';
    assert.equal((await cal.check(used)).json.error.message, stale);
    await cal.control('POST', '/clock', { advance_seconds: 3601 });
    assert.equal((await cal.check(used)).json.error.message, 'Invalid Access Token.');
  });
});

describe('an expired access token', () => {
  it('is a 498 whose details are the text itself', async () => {
    await using cal = await startForTest({ access_ttl_seconds: 2, floor_expiry: false });
    const { accessToken } = await cal.createUser('alice');
    assert.equal((await cal.check(accessToken)).status, 200);
    await cal.control('POST', '/clock', { advance_seconds: 2 });
    const { status, text, headers } = await cal.check(accessToken);
    assert.equal(status, 498);
    assert.ok(
      text.endsWith(
        '"error":{"code":"TokenExpiredException","message":"ACCESS_TOKEN_IS_EXPIRED","details":"ACCESS_TOKEN_IS_EXPIRED"}}',
      ),
    );
    assert.ok(headers.has('x-request-id'));
    assert.equal(await cal.statusOf(accessToken), 'expired');
  });

  it('is a 498 before the origin is looked at', async () => {
    await using cal = await startForTest();
    const { accessToken: bearer } = await cal.createUser('alice');
    await cal.control('POST', '/tokens/expire', { all: true });
    const { status } = await cal.call('GET', '/v2/me', { bearer, headers: { origin: 'https://evil.example' } });
    assert.equal(status, 498);
  });

  it('without floor_expiry lives exactly as long as its TTL says', async () => {
    await using cal = await startForTest({ access_ttl_seconds: 90.5, refresh_ttl_seconds: 1000, floor_expiry: false });
    const before = Date.now();
    const { json } = await cal.call('POST', USERS, { body: { email: 'a@example.com', name: 'A' } });
    const after = Date.now();
    const { accessTokenExpiresAt, refreshTokenExpiresAt } = json.data;
    assert.ok(accessTokenExpiresAt >= before + 90_500 && accessTokenExpiresAt <= after + 90_500);
    assert.ok(refreshTokenExpiresAt >= before + 1_000_000 && refreshTokenExpiresAt <= after + 1_000_000);
  });
});
