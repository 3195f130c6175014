import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { mintApiKey } from '../../../src/callers/api-key.ts';
import { UnauthenticatedError, createAuthenticator } from '../../../src/callers/authenticator.ts';
import { createJwtCheck } from '../../../src/callers/jwt/check-jwt.ts';
import { Secret } from '../../../src/secret.ts';
import { MemoryApiKeys } from '../../support/callers/memory-api-keys.ts';
import { NOW, SECRET, hs256 } from '../../support/callers/tokens.ts';
import { bearer, refused, trusting } from '../../support/callers/trusting.ts';

async function setUp() {
  const apiKeys = new MemoryApiKeys();
  const { key, record } = mintApiKey({ role: 'user', subject: 'bob' }, NOW);
  await apiKeys.add(record);
  const authenticator = createAuthenticator({
    jwts: createJwtCheck({ secret: new Secret(SECRET) }, () => NOW),
    apiKeys,
    now: () => NOW,
  });
  return { authenticator, key: key.reveal() };
}

describe('credentials', () => {
  it('asks for a credential where there is none, without an error code (RFC 6750 section 3.1)', async () => {
    const { authenticator } = await setUp();
    for (const credentials of [{}, { authorization: '' }, { apiKey: '' }]) {
      await assert.rejects(authenticator.authenticate(credentials), (error) => {
        assert.ok(error instanceof UnauthenticatedError);
        assert.equal(error.code, 'credentials_missing');
        assert.equal(error.challenge, 'Bearer realm="evergrant"');
        return true;
      });
    }
  });

  it('takes a JWT or an API key as bearer, whatever the case of the scheme', async () => {
    const { authenticator, key } = await setUp();
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      assert.equal((await authenticator.authenticate({ authorization: `${scheme} ${hs256()}` })).subject, 'alice');
      assert.equal((await authenticator.authenticate({ authorization: `${scheme}  ${key}` })).subject, 'bob');
    }
  });

  it('takes an API key, but no JWT, as X-API-Key', async () => {
    const { authenticator, key } = await setUp();
    assert.equal((await authenticator.authenticate({ apiKey: key })).subject, 'bob');
    await assert.rejects(authenticator.authenticate({ apiKey: hs256() }), { code: 'credentials_invalid' });
  });

  it('lets Authorization win over X-API-Key, even where it is no good', async () => {
    const { authenticator, key } = await setUp();
    assert.equal((await authenticator.authenticate({ ...bearer(hs256()), apiKey: key })).subject, 'alice');
    for (const authorization of ['Basic YWxpY2U6cHc=', 'Bearer', 'Bearer a b', 'Bearer a, Bearer b', 'Bearer x.y.z']) {
      await assert.rejects(authenticator.authenticate({ authorization, apiKey: key }), { code: 'credentials_invalid' });
    }
  });

  it('accepts only API keys where no issuer is trusted', async () => {
    const authenticator = createAuthenticator({ apiKeys: new MemoryApiKeys(), now: () => NOW });
    const { message } = await refused(authenticator, hs256(), 'credentials_invalid');
    assert.match(message, /only API keys/);
    await authenticator.checkTrust();
  });

  it('refuses a token over 8 KiB before any work on it', async () => {
    const authenticator = trusting({ secret: new Secret(SECRET) });
    const long = hs256({ sub: 'alice', exp: NOW / 1000 + 60, filler: 'x'.repeat(8192) });
    const { message } = await refused(authenticator, long, 'credentials_invalid');
    assert.match(message, /8192/);
    const huge = Buffer.alloc(10_000_000, 'x.').toString('latin1');
    const started = performance.now();
    await refused(authenticator, huge, 'credentials_invalid');
    assert.ok(performance.now() - started < 5_000);
  });
});
