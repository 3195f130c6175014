import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';

import { type Authenticator, TrustUnavailableError } from '../../../../src/callers/authenticator.ts';
import { Secret } from '../../../../src/secret.ts';
import { startJwksServer } from '../../../support/callers/jwks-server.ts';
import {
  NOW,
  NOW_SECONDS,
  SECRET,
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

const current = jwk(rsa.publicKey, { kid: 'current', alg: 'RS256', use: 'sig' });
const next = jwk(otherRsa.publicKey, { kid: 'next', alg: 'RS256', use: 'sig' });

let jti = 0;
/** A token that no cache has seen. */
function fresh(kid: unknown = 'current', key = rsa.privateKey): string {
  jti += 1;
  return rs256(claimsOf({ jti }), { kid }, key);
}

async function unavailable(authenticator: Authenticator, token: string): Promise<void> {
  await assert.rejects(authenticator.authenticate(bearer(token)), (error) => {
    assert.ok(error instanceof TrustUnavailableError);
    assert.ok(error.retryAfterSeconds > 0);
    assert.ok(error.cause instanceof Error);
    return true;
  });
}

function trustingUrl(jwksUrl: string): Authenticator {
  return trusting({ jwksUrl }, Date.now);
}

describe('a JWKS URL', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: NOW });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('is asked once for any number of callers', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    await Promise.all(Array.from({ length: 200 }, () => authenticator.authenticate(bearer(fresh()))));
    assert.equal(server.fetches, 1);
  });

  it('gives keys of every accepted kind, and none for HMAC', async () => {
    const oct = { kty: 'oct', kid: 'oct', k: Buffer.from(SECRET).toString('base64url') };
    await using server = await startJwksServer([
      current,
      jwk(p256.publicKey, { kid: 'p256' }),
      jwk(ed25519.publicKey, { kid: 'ed25519' }),
      oct,
    ]);
    const authenticator = trustingUrl(server.url);
    await authenticator.authenticate(bearer(fresh()));
    const es256 = join({ alg: 'ES256', kid: 'p256' }, claimsOf(), signer('ES256', p256.privateKey));
    await authenticator.authenticate(bearer(es256));
    const eddsa = join({ alg: 'EdDSA', kid: 'ed25519' }, claimsOf(), signer('EdDSA', ed25519.privateKey));
    await authenticator.authenticate(bearer(eddsa));
    await refused(authenticator, hs256(claimsOf(), { kid: 'oct' }), 'credentials_invalid');
    await refused(authenticator, join({ alg: 'HS256', kid: 'current' }, claimsOf(), hmac(pem(rsa.publicKey))));
    const notForThis = join({ alg: 'PS256', kid: 'current' }, claimsOf(), signer('PS256', rsa.privateKey));
    await refused(authenticator, notForThis, 'credentials_invalid');
  });

  it('is tried key by key for a token without kid', async () => {
    await using server = await startJwksServer([jwk(rsa.publicKey), jwk(otherRsa.publicKey)]);
    const authenticator = trustingUrl(server.url);
    await authenticator.authenticate(bearer(rs256(claimsOf(), {}, otherRsa.privateKey)));
    await authenticator.authenticate(bearer(rs256()));
    await refused(
      authenticator,
      join({ alg: 'RS256' }, claimsOf(), () => new Uint8Array(256)),
      'credentials_invalid',
    );
  });

  it('may turn its keys: a new one works within one fetch, a withdrawn one stops', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    await authenticator.authenticate(bearer(fresh()));
    server.keys = [next];
    mock.timers.tick(30_000);
    await authenticator.authenticate(bearer(fresh('next', otherRsa.privateKey)));
    assert.equal(server.fetches, 2);
    await refused(authenticator, fresh(), 'credentials_invalid');
  });

  it('that withdrew a key is believed within ten minutes, remembered tokens included', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    const token = fresh();
    await authenticator.authenticate(bearer(token));
    server.keys = [next];
    mock.timers.tick(299_000);
    await authenticator.authenticate(bearer(token));
    await authenticator.authenticate(bearer(fresh()));
    mock.timers.tick(301_000);
    await refused(authenticator, token, 'credentials_invalid');
  });

  it('is asked at most once per cooldown, however strange the kids', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    await authenticator.authenticate(bearer(fresh()));
    const kids = [
      '../../dev/null',
      "' OR 1=1--",
      '__proto__',
      'constructor',
      '',
      'CURRENT',
      'current ',
      'x'.repeat(4000),
      'é',
    ];
    for (const kid of [...kids, 7, null, {}, ['current'], true]) await refused(authenticator, fresh(kid));
    for (let tries = 0; tries < 10_000; tries += 1) {
      const token = join({ alg: 'RS256', kid: `k${tries}` }, claimsOf(), () => new Uint8Array(256));
      await authenticator.authenticate(bearer(token)).then(
        () => assert.fail(),
        () => undefined,
      );
    }
    assert.equal(server.fetches, 1);
    mock.timers.tick(30_000);
    for (let tries = 0; tries < 100; tries += 1) await refused(authenticator, fresh(`later${tries}`));
    assert.equal(server.fetches, 2);
  });

  it('is not asked for tokens that no key could fit', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    await refused(authenticator, hs256());
    await refused(authenticator, 'not.a.jwt');
    await refused(authenticator, rs256(claimsOf(), { typ: 'logout+jwt' }));
    await refused(authenticator, `${fresh()}${'A'.repeat(9000)}`);
    assert.equal(server.fetches, 0);
  });

  it('that is down lets nobody in, is not hammered, and is used again when it is back', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    server.fault = (answer) => answer.writeHead(503).end('down');
    for (let tries = 0; tries < 100; tries += 1) await unavailable(authenticator, fresh());
    await assert.rejects(authenticator.checkTrust(), TrustUnavailableError);
    assert.equal(server.fetches, 1);
    server.fault = undefined;
    mock.timers.tick(5_000);
    await authenticator.checkTrust();
    await authenticator.authenticate(bearer(fresh()));
    assert.equal(server.fetches, 2);
  });

  it('that goes down later lets those in whose keys are fresh, and nobody after', async () => {
    await using server = await startJwksServer([current]);
    const authenticator = trustingUrl(server.url);
    await authenticator.authenticate(bearer(fresh()));
    server.fault = (answer) => answer.destroy();
    mock.timers.tick(60_000);
    await unavailable(authenticator, fresh('unknown'));
    await authenticator.authenticate(bearer(fresh()));
    mock.timers.tick(300_000);
    await unavailable(authenticator, fresh());
  });

  it('that answers nonsense counts as down', async () => {
    await using server = await startJwksServer([current]);
    const nonsense: ((typeof server)['fault'] & {})[] = [
      (answer) => answer.end('<html>'),
      (answer) => answer.end('[]'),
      (answer) => answer.end('{"keys":{}}'),
      (answer) => answer.end('{"keys":["a"]}'),
      (answer) => answer.writeHead(302, { location: '/elsewhere' }).end(),
      (answer) => answer.end(JSON.stringify({ keys: [current], filler: 'x'.repeat(1024 * 1024) })),
    ];
    for (const fault of nonsense) {
      server.fault = fault;
      const before = server.fetches;
      await unavailable(trustingUrl(server.url), fresh());
      assert.equal(server.fetches, before + 1);
    }
    await unavailable(trustingUrl('http://127.0.0.1:1/'), fresh());
  });

  it('that publishes a private key is not used', async () => {
    await using server = await startJwksServer([jwk(rsa.privateKey, { kid: 'current' })]);
    await unavailable(trustingUrl(server.url), fresh());
  });

  it('is no obstacle to tokens of the other keys while it is down', async () => {
    await using server = await startJwksServer([]);
    server.fault = (answer) => answer.destroy();
    const authenticator = trusting(
      { jwksUrl: server.url, secret: new Secret(SECRET), publicKey: pem(rsa.publicKey) },
      Date.now,
    );
    assert.equal(NOW_SECONDS * 1000, Date.now());
    await authenticator.authenticate(bearer(hs256()));
    await authenticator.authenticate(bearer(fresh()));
    assert.equal(server.fetches, 0);
    await unavailable(authenticator, fresh('next', otherRsa.privateKey));
  });
});
