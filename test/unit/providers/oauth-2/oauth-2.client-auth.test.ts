import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:https';
import { describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { jwtVerify } from 'jose';
import { Secret } from '../../../../src/secret.ts';
import { listening } from '../../../support/servers/listening.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  NOW,
  oauth2At,
  REFRESH_TOKEN,
  refreshed,
  TOKENS,
  type Different,
} from '../../../support/servers/oauth-2-at.ts';
import { scriptedServer } from '../../../support/servers/scripted-server.ts';
import { selfSignedCertificate } from '../../../support/servers/self-signed-certificate.ts';

// This file is a process of its own; nobody else comes to trust the certificate.
setDefaultCACertificates([...getCACertificates('default'), selfSignedCertificate.cert]);

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const KEYS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  EdDSA: generateKeyPairSync('ed25519').privateKey,
};

async function sent(different: Different) {
  const { answer, request } = await refreshed({ status: 200, body: TOKENS }, different);
  assert.equal(answer.kind, 'obtained');
  return { request, fields: Object.fromEntries(new URLSearchParams(request.body)) };
}

describe('a client that authenticates by HTTP Basic', () => {
  it('is not encoded where the server takes it as it is', async () => {
    const { request, fields } = await sent({ clientAuth: 'basic_plain' });
    const encoded = String(request.headers['authorization']).replace('Basic ', '');
    assert.equal(Buffer.from(encoded, 'base64').toString('utf8'), `${CLIENT_ID}:${CLIENT_SECRET}`);
    assert.deepEqual(fields, { grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN });
  });

  it('is named in the body besides where the server wants that, without its secret', async () => {
    const { request, fields } = await sent({ clientAuth: 'basic_and_id' });
    assert.match(String(request.headers['authorization']), /^Basic /);
    assert.deepEqual(fields, { client_id: CLIENT_ID, grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN });
  });
});

describe('a client that authenticates by assertion', () => {
  for (const [alg, clientKey] of Object.entries(KEYS)) {
    it(`signs by ${alg}, and says what RFC 7523 asks for`, async () => {
      const now = () => Date.now();
      const clientAuth = 'private_key_jwt';
      const { request, fields } = await sent({ clientAuth, clientKey, now, clientSecret: undefined });
      const { client_assertion: assertion = '', ...rest } = fields;
      assert.deepEqual(rest, {
        client_id: CLIENT_ID,
        client_assertion_type: ASSERTION_TYPE,
        grant_type: 'refresh_token',
        refresh_token: REFRESH_TOKEN,
      });
      assert.equal(request.headers['authorization'], undefined);
      const { payload, protectedHeader } = await jwtVerify(assertion, createPublicKey(clientKey));
      assert.deepEqual([payload.iss, payload.sub, protectedHeader.alg], [CLIENT_ID, CLIENT_ID, alg]);
      assert.match(String(payload.aud), /^http:\/\/127\.0\.0\.1:\d+\/oauth\/token$/);
      assert.ok((payload.exp ?? 0) * 1000 - now() < 200_000);
    });
  }

  it('uses the algorithm, the key id and the audience that it is told', async () => {
    const { fields } = await sent({
      clientAuth: 'private_key_jwt',
      clientKey: KEYS.RS256,
      clientKeyUse: { alg: 'PS256', kid: 'key-1', audience: 'https://id.example.com' },
      now: () => Date.now(),
    });
    const verified = await jwtVerify(fields['client_assertion'] ?? '', createPublicKey(KEYS.RS256), {
      audience: 'https://id.example.com',
    });
    assert.deepEqual([verified.protectedHeader.alg, verified.protectedHeader.kid], ['PS256', 'key-1']);
  });

  it('signs another one for every request, which is of use at this endpoint alone', async () => {
    const reply = { status: 200, body: TOKENS };
    await using server = await scriptedServer(reply, reply, reply);
    await using provider = oauth2At(server.origin, {
      clientAuth: 'private_key_jwt',
      clientKey: KEYS.ES256,
      revokeUrl: `${server.origin}/oauth/revoke`,
      now: () => Date.now(),
    });
    await provider.refresh(new Secret(REFRESH_TOKEN));
    await provider.refresh(new Secret(REFRESH_TOKEN));
    await provider.revoke?.({ accessToken: new Secret('a'), refreshToken: undefined });
    const payloads = await Promise.all(
      server.requests.map(async ({ body }) => {
        const assertion = new URLSearchParams(body).get('client_assertion') ?? '';
        return (await jwtVerify(assertion, createPublicKey(KEYS.ES256))).payload;
      }),
    );
    assert.equal(new Set(payloads.map(({ jti }) => jti)).size, 3);
    assert.equal(payloads[2]?.aud, `${server.origin}/oauth/revoke`);
  });

  it('sends nothing where its key cannot sign that way', async () => {
    await using server = await scriptedServer({ status: 200, body: TOKENS });
    await using provider = oauth2At(server.origin, {
      clientAuth: 'private_key_jwt',
      clientKey: KEYS.ES256,
      clientKeyUse: { alg: 'RS256' },
      now: () => NOW,
    });
    assert.equal((await provider.refresh(new Secret(REFRESH_TOKEN))).kind, 'not_sent');
    assert.equal(server.requests.length, 0);
  });

  it('is not built without its key', () => {
    const build = () => oauth2At('https://id.example.com', { clientAuth: 'private_key_jwt' });
    assert.throws(build, /provider example needs a client key/);
  });
});

describe('a client that authenticates by certificate', () => {
  it('shows it to the server, and names itself', async () => {
    let seen: { body: string; shown: string | undefined } | undefined;
    const { key, cert } = selfSignedCertificate;
    const server = createServer(
      { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          seen = {
            body,
            shown: request.socket instanceof TLSSocket ? request.socket.getPeerX509Certificate()?.subject : undefined,
          };
          response.setHeader('content-type', 'application/json').end(JSON.stringify(TOKENS));
        });
      },
    );
    await using tls = await listening(server);
    const origin = `https://localhost:${tls.port}`;
    const certified: Different = {
      clientAuth: 'tls_client_auth',
      clientSecret: undefined,
      clientCertificate: { certificate: cert, key: new Secret(key) },
    };
    await using provider = oauth2At(origin, certified);
    assert.equal((await provider.refresh(new Secret(REFRESH_TOKEN))).kind, 'obtained');
    assert.equal(seen?.shown, 'CN=localhost');
    const fields = Object.fromEntries(new URLSearchParams(seen.body));
    assert.deepEqual(fields, { client_id: CLIENT_ID, grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN });
    await using unknown = oauth2At(origin, { ...certified, clientCertificate: undefined });
    assert.notEqual((await unknown.refresh(new Secret(REFRESH_TOKEN))).kind, 'obtained');
  });
});

describe('what a definition adds to requests', () => {
  const added: Different = {
    headers: { 'x-api-version': '2026-03-11' },
    tokenParameters: { audience: 'code' },
    refreshParameters: { resource: 'https://api.example.com' },
    refreshScopes: ['a.read', 'offline_access'],
    revokeParameters: { token_type_hint: 'refresh_token' },
  };

  for (const body of ['form', 'json'] as const) {
    it(`goes with the kind of request that it is for, in ${body}`, async () => {
      await using server = await scriptedServer(
        { status: 200, body: TOKENS },
        { status: 200, body: TOKENS },
        { status: 200, body: {} },
        { status: 200, body: { id: 1 } },
      );
      const account = { url: `${server.origin}/me`, id: 'id' };
      const authorization = { url: `${server.origin}/authorize`, scopes: [], account };
      await using provider = oauth2At(server.origin, {
        ...added,
        body,
        revokeUrl: `${server.origin}/oauth/revoke`,
        authorization,
      });
      await provider.refresh(new Secret(REFRESH_TOKEN));
      await provider.authorization?.redeem({ code: new Secret('c'), redirectUri: 'r', codeVerifier: undefined });
      await provider.revoke?.({ accessToken: new Secret('a'), refreshToken: new Secret('r') });
      await provider.authorization?.identify(new Secret('a'));
      const read = (text: string) =>
        body === 'form' ? Object.fromEntries(new URLSearchParams(text)) : (JSON.parse(text) as Record<string, string>);
      const [refresh, redeem, revoke] = server.requests.slice(0, 3).map((request) => read(request.body));
      assert.equal(refresh?.['scope'], 'a.read offline_access');
      assert.deepEqual([refresh['resource'], refresh['audience']], ['https://api.example.com', undefined]);
      assert.deepEqual([redeem?.['audience'], redeem?.['resource'], redeem?.['scope']], ['code', undefined, undefined]);
      assert.equal(revoke?.['token_type_hint'], 'refresh_token');
      for (const { headers } of server.requests) assert.equal(headers['x-api-version'], '2026-03-11');
    });
  }

  it('takes the place of nothing that is ours', async () => {
    const { request, fields } = await sent({
      refreshParameters: { grant_type: 'password', refresh_token: 'x', client_id: 'y' },
      headers: { authorization: 'Basic eA==', 'content-type': 'text/plain' },
    });
    assert.deepEqual([fields['grant_type'], fields['refresh_token']], ['refresh_token', REFRESH_TOKEN]);
    assert.equal(fields['client_id'], CLIENT_ID);
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
  });

  it('writes spaces in the address of the page as every server reads them', async () => {
    const account = { url: 'https://id.example.com/me', id: 'id' };
    await using provider = oauth2At('https://id.example.com', {
      authorization: { url: 'https://id.example.com/a?b=c+d', scopes: ['a.read', 'offline_access'], account },
    });
    const request = { redirectUri: 'https://app.example.com/c+d', state: 's', codeChallenge: undefined };
    const page = provider.authorization?.pageUrl(request) ?? '';
    assert.match(page, /[?&]scope=a\.read%20offline_access&/);
    assert.equal(new URL(page).searchParams.get('redirect_uri'), 'https://app.example.com/c+d');
  });
});
