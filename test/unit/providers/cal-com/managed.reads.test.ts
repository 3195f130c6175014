import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../../../src/secret.ts';
import { deafPort } from '../../../support/servers/listening.ts';
import { CLIENT_REFUSALS, exception, SAY_NOTHING, USER } from '../../../support/servers/cal-com-replies.ts';
import type { Script } from '../../../support/servers/scripted-server.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  providerAt,
  refusal,
  scriptedCalCom,
  success,
} from '../../../support/servers/scripted-cal-com.ts';

const CLIENT_PATH = encodeURIComponent(CLIENT_ID);
const TOKEN = new Secret('access-1');

describe('a probe at Cal.com', () => {
  const verdicts: [name: string, reply: Script, verdict: string][] = [
    ['a success', { status: 200, body: { status: 'success' } }, 'accepted'],
    [
      'an expired token',
      refusal(498, 'TokenExpiredException', 'ACCESS_TOKEN_IS_EXPIRED', 'ACCESS_TOKEN_IS_EXPIRED'),
      'refused',
    ],
    ['an unknown token', exception(401, 'UnauthorizedException', 'Invalid Access Token.', 'Unauthorized'), 'refused'],
    [
      'a token whose row is gone',
      exception(
        401,
        'UnauthorizedException',
        'ApiAuthStrategy - access token - OAuth client not found given the access token',
        'Unauthorized',
      ),
      'refused',
    ],
    ['missing permission', exception(403, 'ForbiddenException', 'PermissionsGuard - no', 'Forbidden'), 'unreachable'],
    ['a 401 of a proxy', { status: 401, body: '<html>log in</html>' }, 'unreachable'],
    ['a 498 of a proxy', { status: 498, body: '<html>' }, 'unreachable'],
    ['a 200 of a captive portal', { status: 200, body: '<html>' }, 'unreachable'],
    ['a 404', exception(404, 'NotFoundException', 'Cannot GET /v2/x', 'Not Found'), 'unreachable'],
    ['a 429', { status: 429 }, 'unreachable'],
    ['a 500', { status: 500 }, 'unreachable'],
    ['a reset', 'reset', 'unreachable'],
  ];
  for (const [name, reply, verdict] of verdicts) {
    it(`says ${verdict} for ${name}`, async () => {
      await using calCom = await scriptedCalCom(reply);
      assert.equal(await calCom.provider.probe(TOKEN), verdict);
    });
  }

  it('says unreachable where nobody listens', async () => {
    await using provider = providerAt(`http://127.0.0.1:${await deafPort()}/v2`);
    assert.equal(await provider.probe(TOKEN), 'unreachable');
  });

  it('asks with the token and without the secret', async () => {
    await using calCom = await scriptedCalCom({ status: 200, body: { status: 'success' } });
    await calCom.provider.probe(TOKEN);
    const { method, path, headers } = calCom.requests[0]!;
    assert.equal(`${method} ${path}`, `GET /v2/provider/${CLIENT_PATH}/access-token`);
    assert.equal(headers['authorization'], 'Bearer access-1');
    assert.equal(headers['x-cal-secret-key'], undefined);
  });
});

const KNOWN = { accountId: '179', subject: 'alice', createdAt: USER.createdDate };

describe('the profile of a Cal.com user', () => {
  it('is read by the id, as the client', async () => {
    await using calCom = await scriptedCalCom(success(USER));
    const profile = await calCom.provider.fetchProfile(KNOWN);
    assert.ok(typeof profile === 'object');
    assert.equal(profile.accountId, '179');
    const { method, path, headers } = calCom.requests[0]!;
    assert.equal(`${method} ${path}`, `GET /v2/oauth-clients/${CLIENT_PATH}/users/179`);
    assert.equal(headers['x-cal-secret-key'], CLIENT_SECRET);
  });

  it('cannot be asked for by a path', async () => {
    await using calCom = await scriptedCalCom(success(USER));
    await calCom.provider.fetchProfile({ ...KNOWN, accountId: '../179?x=' });
    assert.equal(calCom.requests[0]?.path, `/v2/oauth-clients/${CLIENT_PATH}/users/..%2F179%3Fx%3D`);
  });

  it('is gone where the client has no such user', async () => {
    const text = 'User with ID 179 is not part of this OAuth client.';
    await using calCom = await scriptedCalCom(exception(404, 'NotFoundException', text, 'Not Found'));
    assert.equal(await calCom.provider.fetchProfile(KNOWN), 'gone');
  });

  for (const [name, reply] of [...SAY_NOTHING, ...CLIENT_REFUSALS, ['a 429', { status: 429 }] as const]) {
    it(`is unreachable for ${name}`, async () => {
      await using calCom = await scriptedCalCom(reply);
      assert.equal(await calCom.provider.fetchProfile(KNOWN), 'unreachable');
    });
  }

  it('is shown where the operator vouches for the id, and gone where nobody does', async () => {
    await using calCom = await scriptedCalCom(success(USER), success(USER));
    const imported = { ...KNOWN, createdAt: null };
    assert.ok(typeof (await calCom.provider.fetchProfile({ ...imported, vouched: true })) === 'object');
    assert.equal(await calCom.provider.fetchProfile(imported), 'gone');
  });

  it('is gone where the id is given to another user by now', async () => {
    await using calCom = await scriptedCalCom(success({ ...USER, createdDate: '2030-01-01T00:00:00.000Z' }));
    assert.equal(await calCom.provider.fetchProfile(KNOWN), 'gone');
  });
});
