import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnsecuredJWT } from 'jose';
import type { OAuth2AccountDefinition } from '../../../../src/providers/oauth-2/definition.ts';
import type { ExchangeResult } from '../../../../src/providers/provider.ts';
import { Secret } from '../../../../src/secret.ts';
import { CLIENT_ID, oauth2At, TOKENS } from '../../../support/servers/oauth-2-at.ts';
import { scriptedServer } from '../../../support/servers/scripted-server.ts';

const ISSUER = 'https://id.example.com';

/** An ID token as a server issues it; only its payload is ever read. */
function idToken(claims: object): string {
  const [header = '', payload = ''] = new UnsecuredJWT({ ...claims }).encode().split('.');
  return `${header}.${payload}.c2lnbmF0dXJl`;
}

async function redeemed(answer: object, account: OAuth2AccountDefinition): Promise<ExchangeResult> {
  await using server = await scriptedServer({ status: 200, body: { ...TOKENS, ...answer } });
  const authorization = { url: `${server.origin}/authorize`, scopes: [], issuer: ISSUER, account };
  await using provider = oauth2At(server.origin, { authorization });
  const code = { code: new Secret('c'), redirectUri: 'r', codeVerifier: undefined };
  return await provider.authorization!.redeem(code);
}

async function identified(body: unknown, account: Omit<OAuth2AccountDefinition, 'url'>) {
  await using server = await scriptedServer({ status: 200, body });
  const url = `${server.origin}/me`;
  await using provider = oauth2At(server.origin, {
    headers: { 'x-a': 'common', 'x-b': 'common' },
    authorization: { url: `${server.origin}/authorize`, scopes: [], account: { ...account, url } },
  });
  const answer = await provider.authorization!.identify(new Secret('access-1'));
  return { answer, request: server.requests[0]! };
}

describe('an account that its own endpoint describes', () => {
  const lists: readonly [path: string, body: unknown][] = [
    ['data.0.id', { data: [{ id: 'a' }] }],
    ['data[0].id', { data: [{ id: 'a' }] }],
    ['[1].id', [{ id: 'b' }, { id: 'a' }]],
    ['0.ids.2', [{ ids: ['c', 'b', 'a'] }]],
  ];
  for (const [path, body] of lists) {
    it(`is found in a list at ${path}`, async () => {
      const { answer } = await identified(body, { id: path });
      assert.ok(answer.kind === 'known');
      assert.equal(answer.accountId, 'a');
    });
  }

  for (const path of ['data.length', 'data.-1', 'data.map', 'data.7.id', 'data.01x.id']) {
    it(`is not found at ${path}`, async () => {
      assert.equal((await identified({ data: [{ id: 'a' }] }, { id: path })).answer.kind, 'unreachable');
    });
  }

  it('is asked for by GET without a body, or as the definition says', async () => {
    const plain = await identified({ id: 1 }, { id: 'id' });
    assert.deepEqual([plain.request.method, plain.request.body], ['GET', '']);
    const { answer, request } = await identified(
      { data: { me: { id: 'a' } } },
      { method: 'POST', body: { query: '{ me { id } }' }, headers: { 'x-b': 'own' }, id: 'data.me.id' },
    );
    assert.equal(answer.kind, 'known');
    assert.deepEqual([request.method, request.body], ['POST', '{"query":"{ me { id } }"}']);
    const { headers } = request;
    assert.deepEqual([headers['content-type'], headers['x-a'], headers['x-b']], ['application/json', 'common', 'own']);
    assert.equal(headers['authorization'], 'Bearer access-1');
    const empty = await identified({ id: 1 }, { method: 'POST', id: 'id' });
    assert.deepEqual(
      [empty.request.headers['content-length'], empty.request.headers['content-type']],
      ['0', undefined],
    );
  });
});

describe('an account that the token answer describes', () => {
  it('is known as soon as the code is redeemed', async () => {
    const answer = { authed_user: { id: 'U1' }, team: { name: 'Team' } };
    const result = await redeemed(answer, { from: 'token_answer', id: 'authed_user.id', name: 'team.name' });
    assert.ok(result.kind === 'obtained');
    assert.deepEqual([result.profile?.accountId, result.profile?.name], ['U1', 'Team']);
  });

  it('is asked for nowhere else, and refused where it is not there', async () => {
    const account = { from: 'token_answer', id: 'user.id' } as const;
    const result = await redeemed({}, account);
    assert.ok(result.kind === 'obtained');
    assert.equal(result.profile, undefined);
    const authorization = { url: 'https://id.example.com/authorize', scopes: [], account };
    await using provider = oauth2At('https://id.example.com', { authorization });
    const identity = await provider.authorization!.identify(new Secret('access-1'));
    assert.equal(identity.kind, 'refused');
    assert.ok(!('probe' in provider), 'nothing tells whether its tokens are still accepted');
  });
});

describe('an account that the ID token describes', () => {
  const account = { from: 'id_token', id: 'realmid', email: 'email' } as const;
  const claims = { iss: ISSUER, aud: CLIENT_ID, realmid: '91', email: 'a@example.com' };

  it('is known as soon as the code is redeemed', async () => {
    for (const aud of [CLIENT_ID, ['other', CLIENT_ID]]) {
      const result = await redeemed({ id_token: idToken({ ...claims, aud }) }, account);
      assert.ok(result.kind === 'obtained');
      assert.deepEqual([result.profile?.accountId, result.profile?.email], ['91', 'a@example.com']);
    }
  });

  it('keeps all the digits of its id', async () => {
    const payload = `{"iss":"${ISSUER}","aud":"${CLIENT_ID}","realmid":9007199254740993}`;
    const id_token = `e30.${Buffer.from(payload).toString('base64url')}.c2lnbmF0dXJl`;
    const result = await redeemed({ id_token, realmid: 7 }, account);
    assert.ok(result.kind === 'obtained');
    assert.equal(result.profile?.accountId, '9007199254740993');
  });

  const wrong: Readonly<Record<string, unknown>> = {
    'for another client': idToken({ ...claims, aud: 'other' }),
    'for nobody': idToken({ ...claims, aud: undefined }),
    'of another issuer': idToken({ ...claims, iss: 'https://evil.example' }),
    encrypted: 'a.b.c.d.e',
    'no token': 'x',
    'a number': 7,
    missing: undefined,
  };
  for (const [name, id_token] of Object.entries(wrong)) {
    it(`is not known where that is ${name}`, async () => {
      const result = await redeemed({ id_token }, account);
      assert.ok(result.kind === 'obtained', 'its tokens are kept all the same');
      assert.equal(result.profile, undefined);
    });
  }
});
