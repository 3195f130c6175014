import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { toProblem, tokenOf, type Answer } from '../support/service/answer.ts';
import { jwt, JWT_SECRET } from '../support/service/credentials.ts';
import { CLIENT_ID } from '../support/service/start-sandbox.ts';
import { CONFIG_PATH, startService, TOKEN_PATH, USER_PATH, type Service } from '../support/service/start-service.ts';

const ALGORITHMS: Record<string, { publicKey: KeyObject; privateKey: KeyObject }> = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' });
}

function signed(algorithm: string, key: KeyObject, claims: object): string {
  const now = Math.floor(Date.now() / 1000);
  const input = [
    { alg: algorithm, typ: 'JWT' },
    { iat: now, exp: now + 600, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(input), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** A 401 that says so as RFC 6750 asks. */
function assertUnauthorized(answer: Answer, code?: string): void {
  const { code: found } = toProblem(answer, 401, code);
  const challenge = answer.headers.get('www-authenticate') ?? '';
  assert.match(challenge, /^Bearer realm="evergrant"/);
  if (found === 'credentials_missing') assert.doesNotMatch(challenge, /error=/);
  else assert.match(challenge, /error="invalid_token"/);
}

describe('a caller with a JWT', () => {
  for (const [algorithm, { publicKey, privateKey }] of Object.entries(ALGORITHMS)) {
    it(`signed with ${algorithm} is let in by the configured public key alone`, async () => {
      const env = { EVERGRANT_JWT_SECRET: '', EVERGRANT_JWT_PUBLIC_KEY: pem(publicKey).replaceAll('\n', '\\n') };
      await using service = await startService({ env });
      const claims = { sub: 'alice', email: 'alice@example.com' };
      assert.equal(tokenOf(await service.token(signed(algorithm, privateKey, claims))).integration_status, 'created');
      for (const [other, keys] of Object.entries(ALGORITHMS)) {
        if (other === algorithm) continue;
        assertUnauthorized(await service.token(signed(other, keys.privateKey, claims)), 'credentials_invalid');
      }
      assertUnauthorized(await service.token(jwt('alice')), 'credentials_invalid');
      assertUnauthorized(await service.token(jwt('alice', {}, pem(publicKey))), 'credentials_invalid');
    });
  }

  it('signed with HS256 is let in by the secret, and not by another one', async () => {
    await using service = await startService();
    tokenOf(await service.token(jwt('alice')));
    assertUnauthorized(await service.token(jwt('alice', {}, `${JWT_SECRET}x`)), 'credentials_invalid');
    const [header, , signature] = jwt('alice').split('.');
    const [, payload] = jwt('bob').split('.');
    assertUnauthorized(await service.token([header, payload, signature].join('.')), 'credentials_invalid');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    assertUnauthorized(await service.token(`${none}.${payload ?? ''}.`), 'credentials_invalid');
  });

  it('of stock Django SimpleJWT is let in with the access token and refused with the refresh token', async () => {
    await using service = await startService({ env: { EVERGRANT_JWT_SUBJECT_CLAIM: 'user_id' } });
    const claims = { sub: undefined, email: undefined, user_id: 42, jti: '0123456789abcdef0123456789abcdef' };
    const access = jwt('', { ...claims, token_type: 'access' });
    const refresh = jwt('', { ...claims, token_type: 'refresh' });
    toProblem(await service.token(access), 400, 'cal_email_required');
    tokenOf(await service.token(access, { cal_email: 'django@example.com' }));
    assertUnauthorized(await service.token(refresh, { cal_email: 'django@example.com' }), 'token_unacceptable');
    assert.equal(
      (await service.call('GET', USER_PATH, { bearer: access })).json.email,
      `django+${CLIENT_ID}@example.com`,
    );
  });

  it('that is expired, not yet valid, or says no user is told so', async () => {
    await using service = await startService();
    const now = Math.floor(Date.now() / 1000);
    assertUnauthorized(await service.token(jwt('alice', { exp: now - 120 })), 'token_expired');
    assertUnauthorized(await service.token(jwt('alice', { nbf: now + 600 })), 'token_not_active');
    assertUnauthorized(await service.token(jwt('alice', { exp: undefined })), 'token_unacceptable');
    assertUnauthorized(await service.token(jwt('')), 'token_unacceptable');
    assert.deepEqual(await service.sandbox.journal(), []);
  });

  it('of another issuer or audience is refused where these are named', async () => {
    const env = { EVERGRANT_JWT_ISSUER: 'https://app.example.com', EVERGRANT_JWT_AUDIENCE: 'evergrant' };
    await using service = await startService({ env });
    const good = { iss: 'https://app.example.com', aud: ['other', 'evergrant'] };
    tokenOf(await service.token(jwt('alice', good)));
    for (const bad of [
      {},
      { ...good, iss: 'https://app.example.com/' },
      { ...good, iss: undefined },
      { ...good, aud: 'other' },
      { ...good, aud: undefined },
    ]) {
      assertUnauthorized(await service.token(jwt('alice', bad)), 'token_unacceptable');
    }
  });

  it('without an e-mail is told how to give one, and served once it is there', async () => {
    await using service = await startService();
    const unused: [claims: object, says: RegExp][] = [
      [{ email: undefined }, /^An e-mail is needed/],
      [{ email: '' }, /^An e-mail is needed/],
      [{ email: undefined, email_verified: false }, /^An e-mail is needed/],
      [{ email: 'no' }, /is not an e-mail address\. Have its issuer send one/],
      [{ email: ['alice@example.com'] }, /is not an e-mail address/],
      [{ email: 'alice@example.com ' }, /has spaces around it/],
      [{ email: '\u00a0用户@例子.中国' }, /has spaces around it/],
      [
        { email_verified: false },
        /is not verified: its issuer says "email_verified": false\. Verify it and sign in again/,
      ],
      [{ email_verified: 'false' }, /is not verified/],
    ];
    for (const [claims, says] of unused) {
      for (const path of [TOKEN_PATH, '/api/v1/connections/cal-com-managed/token/']) {
        const answer = await service.call('POST', path, { bearer: jwt('alice', claims), body: {} });
        const { detail, errors } = toProblem(answer, 400, 'cal_email_required');
        assert.match(detail, says);
        assert.match(detail, /"cal_email" in the body/);
        assert.deepEqual(errors, [{ field: 'cal_email', message: detail }]);
      }
    }
    assert.deepEqual(await service.sandbox.journal(), []);
    tokenOf(await service.token(jwt('alice', { email: undefined }), { cal_email: 'alice@example.com' }));
    tokenOf(await service.token(jwt('alice', { email: undefined })));
    tokenOf(await service.token(jwt('alice', { email_verified: false })));
    tokenOf(await service.token(jwt('bob', { email_verified: false }), { cal_email: 'bob@example.com' }));
    tokenOf(await service.token(jwt('yong', { email: '用户@例子.中国' })));
  });
});

describe('a caller with an API key', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(async () => {
    await service.stop();
  });

  it('is let in by either header', async () => {
    const key = await service.key({ role: 'user', subject: 'both', email: 'both@example.com', name: 'Both' });
    const byBearer = tokenOf(await service.token(key));
    const byHeader = await service.call('POST', TOKEN_PATH, { headers: { 'X-API-Key': key } });
    assert.equal(tokenOf(byHeader).access_token, byBearer.access_token);
    const inCapitals = await service.call('POST', TOKEN_PATH, { headers: { AUTHORIZATION: `BEARER ${key}` } });
    assert.equal(tokenOf(inCapitals).access_token, byBearer.access_token);
    const user = (await service.sandbox.users()).find(({ name }) => name === 'Both');
    assert.equal(user.email, `both+${CLIENT_ID}@example.com`);
  });

  it('counts by Authorization where both headers are there', async () => {
    const [one, other] = [
      await service.key({ role: 'user', subject: 'one', email: 'one@example.com' }),
      await service.key({ role: 'user', subject: 'other', email: 'other@example.com' }),
    ];
    const expected = tokenOf(await service.token(one)).access_token;
    assert.equal(tokenOf(await service.token(one, {}, { 'X-API-Key': other })).access_token, expected);
    assertUnauthorized(await service.token('nonsense', {}, { 'X-API-Key': other }));
  });

  it('of a user may act for nobody else', async () => {
    const key = await service.key({ role: 'user', subject: 'alice', email: 'alice@example.com' });
    tokenOf(await service.token(key, {}, { 'Evergrant-Subject': 'alice' }));
    for (const other of ['bob', 'Alice', 'alice ', '']) {
      const answer = await service.token(key, {}, { 'Evergrant-Subject': other });
      // A header's outer white space isn't part of it, so the third is alice herself.
      if (other === 'alice ') tokenOf(answer);
      else toProblem(answer, 403, 'subject_not_allowed');
    }
  });

  it('of a server acts for whom it names, and must name one', async () => {
    const key = await service.key({ role: 'server' });
    const { errors } = toProblem(await service.token(key, { cal_email: 'x@example.com' }), 400, 'subject_required');
    assert.equal(errors[0].field, 'Evergrant-Subject');
    toProblem(await service.token(key, {}, { 'Evergrant-Subject': 'x'.repeat(256) }), 400, 'subject_required');
    toProblem(await service.token(key, {}, { 'Evergrant-Subject': 'carol' }), 400, 'cal_email_required');
    const [carol, dave] = [
      tokenOf(await service.token(key, { cal_email: 'carol@example.com' }, { 'Evergrant-Subject': 'carol' })),
      tokenOf(await service.token(key, { cal_email: 'dave@example.com' }, { 'Evergrant-Subject': 'dave' })),
    ];
    assert.notEqual(carol.access_token, dave.access_token);
    assert.equal(tokenOf(await service.token(jwt('carol'))).access_token, carol.access_token);
    const user = await service.call('GET', USER_PATH, { bearer: key, headers: { 'Evergrant-Subject': 'dave' } });
    assert.equal(user.json.email, `dave+${CLIENT_ID}@example.com`);
    toProblem(await service.call('GET', USER_PATH, { bearer: key }), 400, 'subject_required');
    assert.equal((await service.call('GET', CONFIG_PATH, { bearer: key })).status, 200);
  });

  it('of an admin has no bookings', async () => {
    const key = await service.key({ role: 'admin' });
    toProblem(await service.token(key, {}, { 'Evergrant-Subject': 'alice' }), 403, 'role_not_allowed');
    toProblem(await service.call('GET', USER_PATH, { bearer: key }), 403, 'role_not_allowed');
  });

  it('that is wrong in any way gets one and the same answer', async () => {
    const key = await service.key({ role: 'user', subject: 'exact', email: 'exact@example.com' });
    const wrong = [
      `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`,
      key.slice(0, -1),
      `${key}A`,
      key.replace('evg_user', 'evg_admin'),
      key.toUpperCase(),
      key.replace(/^evg_user_.{8}/, 'evg_user_zzzzzzzz'),
      'evg_',
      `evg_${'x'.repeat(7000)}`,
    ];
    const answers = [];
    for (const each of wrong) {
      const answer = await service.call('POST', TOKEN_PATH, { headers: { 'X-API-Key': each } });
      assertUnauthorized(answer, 'credentials_invalid');
      assert.ok(!answer.text.includes(key.slice(18)));
      answers.push(answer.text);
    }
    assert.equal(new Set(answers).size, 1);
    tokenOf(await service.token(key));
  });

  it('that was revoked is refused within five seconds', async () => {
    const key = await service.key({ role: 'user', subject: 'gone', email: 'gone@example.com' });
    tokenOf(await service.token(key));
    await service.revokeKey(key);
    await new Promise((resolve) => setTimeout(resolve, 5100));
    assertUnauthorized(await service.token(key), 'credentials_invalid');
  });

  it('is asked for where there is none or another scheme, on every route', async () => {
    for (const [method, path] of [
      ['POST', TOKEN_PATH],
      ['GET', CONFIG_PATH],
      ['GET', USER_PATH],
    ] as const) {
      assertUnauthorized(await service.call(method, path), 'credentials_missing');
      for (const authorization of ['Basic YWxpY2U6cHc=', 'Bearer', 'Bearer ', 'Bearer a b', 'bearer,x', 'Token abc']) {
        assertUnauthorized(await service.call(method, path, { headers: { authorization } }));
      }
      assertUnauthorized(await service.call(method, `${path}?access_token=${jwt('alice')}`), 'credentials_missing');
    }
  });

  it('is judged before the body is', async () => {
    assertUnauthorized(await service.call('POST', TOKEN_PATH, { body: '{"cal_email": 7' }), 'credentials_missing');
  });
});
