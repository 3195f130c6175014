import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';

import { CompactEncrypt } from 'jose';

import type { JwtTrust } from '../../../../src/callers/jwt/jwt-trust.ts';
import { Secret } from '../../../../src/secret.ts';
import {
  NOW_SECONDS,
  SECRET,
  base64url,
  claimsOf,
  ed25519,
  hmac,
  hs256,
  join,
  jwk,
  otherRsa,
  p256,
  pem,
  rs256,
  rsa,
  signer,
} from '../../../support/callers/tokens.ts';
import { bearer, refused, trusting } from '../../../support/callers/trusting.ts';

const bySecret: JwtTrust = { secret: new Secret(SECRET) };
const byRsa: JwtTrust = { publicKey: pem(rsa.publicKey) };

describe('JWTs', () => {
  it('are accepted by each kind of key', async () => {
    const kinds = [
      [bySecret, hs256()],
      [byRsa, rs256()],
      [byRsa, join({ alg: 'PS256' }, claimsOf(), signer('PS256', rsa.privateKey))],
      [{ publicKey: JSON.stringify(jwk(rsa.publicKey)) }, rs256()],
      [{ publicKey: JSON.stringify(jwk(rsa.publicKey, { alg: 'RS256', use: 'sig', kid: 'a' })) }, rs256()],
      [{ publicKey: pem(p256.publicKey) }, join({ alg: 'ES256' }, claimsOf(), signer('ES256', p256.privateKey))],
      [{ publicKey: pem(ed25519.publicKey) }, join({ alg: 'EdDSA' }, claimsOf(), signer('EdDSA', ed25519.privateKey))],
      [
        { publicKey: pem(ed25519.publicKey) },
        join({ alg: 'Ed25519' }, claimsOf(), signer('EdDSA', ed25519.privateKey)),
      ],
      [{ ...bySecret, ...byRsa }, hs256()],
      [{ ...bySecret, ...byRsa }, rs256()],
    ] as const;
    for (const [trust, token] of kinds) {
      assert.deepEqual(await trusting(trust).authenticate(bearer(token)), {
        role: 'user',
        subject: 'alice',
        via: 'jwt',
      });
    }
  });

  it('without a real signature are refused', async () => {
    for (const trust of [bySecret, byRsa, { ...bySecret, ...byRsa }]) {
      const authenticator = trusting(trust);
      for (const alg of ['none', 'None', 'nOnE', 'NONE', '', 'HS256', 'RS256']) {
        const token = join({ alg }, claimsOf(), () => new Uint8Array());
        await refused(authenticator, token, 'credentials_invalid');
        await refused(authenticator, `${token}AAAA`, 'credentials_invalid');
        await refused(authenticator, token.slice(0, -1), 'credentials_invalid');
      }
    }
  });

  it('signed by HMAC with a public key are refused', async () => {
    const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
    const secrets = [pem(rsa.publicKey), pem(rsa.publicKey).trim(), der, JSON.stringify(jwk(rsa.publicKey))];
    for (const trust of [byRsa, { ...bySecret, ...byRsa }]) {
      for (const secret of secrets) {
        for (const bits of [256, 384, 512]) {
          await refused(trusting(trust), join({ alg: `HS${bits}` }, claimsOf(), hmac(secret, bits)));
        }
      }
    }
  });

  it('signed by an algorithm that their key is not for are refused', async () => {
    await refused(trusting(bySecret), join({ alg: 'HS512' }, claimsOf(), hmac(SECRET, 512)));
    await refused(trusting(byRsa), join({ alg: 'RS512' }, claimsOf(), signer('RS512', rsa.privateKey)));
    await refused(trusting(byRsa), join({ alg: 'PS256' }, claimsOf(), signer('RS256', rsa.privateKey)));
    await refused(trusting(byRsa), join({ alg: 'ES256' }, claimsOf(), signer('ES256', p256.privateKey)));
    const onlyPss = { publicKey: JSON.stringify(jwk(rsa.publicKey, { alg: 'PS256' })) };
    await refused(trusting(onlyPss), rs256());
  });

  it('whose header points at other keys are judged by ours, and nothing is fetched', async () => {
    let requests = 0;
    const server = createServer((_, answer) => {
      requests += 1;
      answer.end(JSON.stringify({ keys: [jwk(otherRsa.publicKey, { kid: 'evil' })] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const pointers = [{ jku: url }, { x5u: url }, { jwk: jwk(otherRsa.publicKey) }, { x5c: ['MIIB'] }];
    for (const pointer of pointers) {
      const forged = rs256(claimsOf(), { ...pointer, kid: 'evil' }, otherRsa.privateKey);
      await refused(trusting(byRsa), forged, 'credentials_invalid');
      assert.equal((await trusting(byRsa).authenticate(bearer(rs256(claimsOf(), pointer)))).subject, 'alice');
    }
    assert.equal(requests, 0);
    server.close();
  });

  it('with extensions that must be understood are refused (RFC 7515 section 4.1.11)', async () => {
    for (const header of [{ crit: ['exp'], exp: 1 }, { crit: ['b64'], b64: false }, { crit: [] }, { crit: 'x' }]) {
      await refused(trusting(bySecret), hs256(claimsOf(), header), 'credentials_invalid');
    }
  });

  it('must be of the issuer and for the audience that are configured, to the letter', async () => {
    const authenticator = trusting({ ...bySecret, issuer: 'https://id.example.com', audience: 'evergrant' });
    const good = { iss: 'https://id.example.com', aud: 'evergrant' };
    await authenticator.authenticate(bearer(hs256(claimsOf(good))));
    await authenticator.authenticate(bearer(hs256(claimsOf({ ...good, aud: ['other', 'evergrant'] }))));
    const wrong = [
      { iss: undefined },
      { iss: 'https://id.example.com/' },
      { iss: 'https://ID.example.com' },
      { iss: ['https://id.example.com'] },
      { aud: undefined },
      { aud: 'Evergrant' },
      { aud: 'evergrant2' },
      { aud: [] },
      { aud: ['other'] },
      { aud: [['evergrant']] },
      { aud: { 0: 'evergrant' } },
    ];
    for (const change of wrong) {
      await refused(authenticator, hs256(claimsOf({ ...good, ...change })), 'token_unacceptable');
    }
  });

  it('must expire, and in a year that will come', async () => {
    const authenticator = trusting(bySecret);
    await authenticator.authenticate(bearer(hs256(claimsOf({ exp: NOW_SECONDS - 29 }))));
    await refused(authenticator, hs256(claimsOf({ exp: NOW_SECONDS - 30 })), 'token_expired');
    await refused(authenticator, hs256(claimsOf({ exp: -1 })), 'token_expired');
    const strange = [undefined, null, String(NOW_SECONDS + 60), true, [NOW_SECONDS + 60], {}, 1e300];
    for (const exp of strange) await refused(authenticator, hs256(claimsOf({ exp })), 'token_unacceptable');
    await refused(authenticator, hs256('{"sub":"alice","exp":1e400}'), 'token_unacceptable');
  });

  it('may carry fractions of seconds (RFC 7519 section 2)', async () => {
    const times = { exp: NOW_SECONDS + 60.5, iat: NOW_SECONDS - 0.25, nbf: NOW_SECONDS - 0.25 };
    await trusting(bySecret).authenticate(bearer(hs256(claimsOf(times))));
  });

  it('must not be from the future', async () => {
    const authenticator = trusting(bySecret);
    for (const claim of ['nbf', 'iat']) {
      await authenticator.authenticate(bearer(hs256(claimsOf({ [claim]: NOW_SECONDS + 30 }))));
      await refused(authenticator, hs256(claimsOf({ [claim]: NOW_SECONDS + 31 })), 'token_not_active');
      await refused(authenticator, hs256(claimsOf({ [claim]: 'now' })), 'token_unacceptable');
    }
  });

  it('must be access tokens', async () => {
    const authenticator = trusting(bySecret);
    for (const typ of [undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt']) {
      await authenticator.authenticate(bearer(hs256(claimsOf(), { typ })));
    }
    for (const typ of ['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'refresh', '', 7, null, ['JWT']]) {
      await refused(authenticator, hs256(claimsOf(), { typ }), 'token_unacceptable');
    }
    const marks = [
      { token_type: 'refresh' },
      { token_type: null },
      { token_use: 'id' },
      { typ: 'Refresh' },
      { typ: 'ID' },
      { at_hash: 'x' },
      { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    ];
    for (const mark of marks) await refused(authenticator, hs256(claimsOf(mark)), 'token_unacceptable');
    await authenticator.authenticate(bearer(hs256(claimsOf({ token_type: 'access', token_use: 'access' }))));
  });

  it("of another signer, such as Cal.com's own access tokens, are refused", async () => {
    const calCom = hs256(
      { type: 'access_token', clientId: 'c', ownerId: 7, exp: NOW_SECONDS + 60 },
      {},
      'x'.repeat(32),
    );
    await refused(trusting(bySecret), calCom, 'credentials_invalid');
  });

  it('with a degenerate or misspelt signature are refused', async () => {
    const authenticator = trusting({ publicKey: pem(p256.publicKey) });
    const token = join({ alg: 'ES256' }, claimsOf(), signer('ES256', p256.privateKey));
    const [header = '', payload = '', signature = ''] = token.split('.');
    const raw = Buffer.from(signature, 'base64url');
    const signatures = [
      new Uint8Array(64),
      new Uint8Array(64).fill(255),
      raw.subarray(0, 63),
      raw.subarray(0, 32),
      Buffer.concat([raw, Buffer.of(0)]),
      Buffer.concat([
        Buffer.from('30440220', 'hex'),
        raw.subarray(0, 32),
        Buffer.from('0220', 'hex'),
        raw.subarray(32),
      ]),
    ];
    for (const forged of signatures) await refused(authenticator, `${header}.${payload}.${base64url(forged)}`);
    const spellings = [`${signature}==`, ` ${signature}`, `${signature}\n`, respellLastLetter(signature)];
    for (const spelling of spellings) await refused(authenticator, `${header}.${payload}.${spelling}`);
  });

  it('that are encrypted are refused without being opened, however well they are packed', async () => {
    const bomb = await new CompactEncrypt(new Uint8Array(200_000))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })
      .encrypt(new Uint8Array(32))
      .catch(() => `${base64url('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')}..AAAA.${'A'.repeat(4000)}.AAAA`);
    const started = performance.now();
    await refused(trusting(bySecret), bomb, 'credentials_invalid');
    assert.ok(performance.now() - started < 1_000);
  });
});

describe('the subject of a JWT', () => {
  it('is text, or a whole number in decimals', async () => {
    const authenticator = trusting({ ...bySecret, subjectClaim: 'user_id' });
    for (const [value, subject] of [
      [42, '42'],
      [0, '0'],
      ['42', '42'],
      ['zoë', 'zoë'],
      ['x'.repeat(255), 'x'.repeat(255)],
    ]) {
      const caller = await authenticator.authenticate(bearer(hs256(claimsOf({ user_id: value, sub: 'other' }))));
      assert.equal(caller.subject, subject);
    }
  });

  it('is nothing else', async () => {
    const values = [
      '',
      true,
      false,
      null,
      undefined,
      {},
      [],
      ['alice'],
      1.5,
      -1,
      1e21,
      'a\0',
      'a\nb',
      'a\u2028',
      'x'.repeat(256),
    ];
    for (const sub of values) await refused(trusting(bySecret), hs256(claimsOf({ sub })), 'token_unacceptable');
    const lone = String.raw`{"sub":"\ud800","exp":${NOW_SECONDS + 60}}`;
    await refused(trusting(bySecret), hs256(lone), 'token_unacceptable');
    for (const subjectClaim of ['__proto__', 'constructor', 'toString']) {
      await refused(trusting({ ...bySecret, subjectClaim }), hs256(), 'token_unacceptable');
    }
  });
});

describe('the profile in a JWT', () => {
  it('is taken from the configured claims', async () => {
    const authenticator = trusting({ ...bySecret, emailClaim: 'mail', nameClaim: 'full_name' });
    const token = hs256(
      claimsOf({ mail: 'alice@example.com', full_name: ' Alice ', email: 'x@example.com', name: 'X' }),
    );
    const { email, name } = await authenticator.authenticate(bearer(token));
    assert.deepEqual({ email, name }, { email: 'alice@example.com', name: 'Alice' });
  });

  it('is left out where it is of no use', async () => {
    const authenticator = trusting(bySecret);
    const useless: [email: unknown, emailFault?: string][] = [
      [''],
      [null],
      [undefined],
      ['alice', 'malformed'],
      ['@example.com', 'malformed'],
      ['a@b', 'malformed'],
      ['a b@example.com', 'malformed'],
      ['a@example.com\n', 'spaces'],
      [' a@example.com', 'spaces'],
      ['\u00a0用户@例子.中国 ', 'spaces'],
      [7, 'malformed'],
      [['a@example.com'], 'malformed'],
    ];
    for (const [email, emailFault] of useless) {
      const caller = await authenticator.authenticate(bearer(hs256(claimsOf({ email, name: 7 }))));
      const expected = { role: 'user', subject: 'alice', via: 'jwt' };
      assert.deepEqual(caller, emailFault === undefined ? expected : { ...expected, emailFault });
    }
    await authenticator.authenticate(bearer(hs256(claimsOf({ email: `a@${'.'.repeat(4000)}` }))));
  });

  it('has no e-mail that the issuer says is unverified', async () => {
    const authenticator = trusting(bySecret);
    const emailOf = async (email_verified: unknown) => {
      const token = hs256(claimsOf({ email: 'a@example.com', email_verified }));
      const { email, emailFault } = await authenticator.authenticate(bearer(token));
      return email ?? emailFault;
    };
    assert.equal(await emailOf(false), 'unverified');
    assert.equal(await emailOf('false'), 'unverified');
    assert.equal(await emailOf(true), 'a@example.com');
    assert.equal(await emailOf(undefined), 'a@example.com');
  });
});

describe('Django SimpleJWT', () => {
  const simple = (token_type: string) =>
    hs256({ token_type, exp: NOW_SECONDS + 300, iat: NOW_SECONDS, jti: '57a9d9e0fb5f4c2d9f6a', user_id: 1 });

  it('has its stock access tokens accepted, and its refresh tokens refused', async () => {
    const authenticator = trusting({ ...bySecret, subjectClaim: 'user_id' });
    assert.deepEqual(await authenticator.authenticate(bearer(simple('access'))), {
      role: 'user',
      subject: '1',
      via: 'jwt',
    });
    const { message } = await refused(authenticator, simple('refresh'), 'token_unacceptable');
    assert.match(message, /refresh token/);
  });

  it('is told which claim is missing where the subject claim is not configured', async () => {
    const { message } = await refused(trusting(bySecret), simple('access'), 'token_unacceptable');
    assert.match(message, /claim sub/);
  });
});

describe('the keys to trust', () => {
  it('are refused where they could not protect anything', () => {
    assert.throws(() => trusting({}), TypeError);
    assert.throws(() => trusting({ secret: new Secret('x'.repeat(31)) }), RangeError);
    assert.throws(() => trusting({ publicKey: 'not a key' }), TypeError);
    assert.throws(() => trusting({ publicKey: '{"kty":"oct","k":"AAAA"}' }), TypeError);
    const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' });
    assert.throws(() => trusting({ publicKey: privateKey }), /private key/);
    assert.throws(() => trusting({ publicKey: JSON.stringify(jwk(rsa.privateKey)) }), TypeError);
    assert.throws(() => trusting({ publicKey: JSON.stringify(jwk(rsa.publicKey, { alg: 'HS256' })) }), TypeError);
    assert.throws(() => trusting({ publicKey: JSON.stringify(jwk(rsa.publicKey, { use: 'enc' })) }), TypeError);
  });
});

/** Another last letter with the same bits that count. */
function respellLastLetter(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return signature.slice(0, -1) + alphabet.charAt(alphabet.indexOf(signature.slice(-1)) + 1);
}
