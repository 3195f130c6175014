import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';

import fc from 'fast-check';

import { Secret } from '../../../../src/secret.ts';
import { NOW, NOW_SECONDS, SECRET, claimsOf, hs256 } from '../../../support/callers/tokens.ts';
import { bearer, refused, trusting } from '../../../support/callers/trusting.ts';

function setUp() {
  const clock = { now: NOW };
  return { clock, authenticator: trusting({ secret: new Secret(SECRET) }, () => clock.now) };
}

describe('a verified JWT', () => {
  it('is not verified again', async () => {
    const { authenticator } = setUp();
    const verify = mock.method(crypto.subtle, 'verify');
    const token = hs256();
    const first = await authenticator.authenticate(bearer(token));
    const calls = verify.mock.callCount();
    for (let tries = 0; tries < 100; tries += 1) {
      assert.equal(await authenticator.authenticate(bearer(token)), first);
    }
    assert.equal(calls, 1);
    assert.equal(verify.mock.callCount(), 1);
    verify.mock.restore();
  });

  it('is not remembered beyond its end', async () => {
    const { clock, authenticator } = setUp();
    const token = hs256(claimsOf({ exp: NOW_SECONDS + 60 }));
    await authenticator.authenticate(bearer(token));
    const verify = mock.method(crypto.subtle, 'verify');
    clock.now = NOW + 59_999;
    await authenticator.authenticate(bearer(token));
    assert.equal(verify.mock.callCount(), 0);
    clock.now = NOW + 60_000;
    await authenticator.authenticate(bearer(token));
    assert.equal(verify.mock.callCount(), 1);
    clock.now = NOW + 90_000;
    await refused(authenticator, token, 'token_expired');
    verify.mock.restore();
  });

  it('is judged by the clock as it stands, however it jumps', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7200 }),
        fc.array(fc.integer({ min: -7200, max: 7200 }), { minLength: 1, maxLength: 12 }),
        async (lifetime, jumps) => {
          const { clock, authenticator } = setUp();
          const token = hs256({ sub: 'alice', exp: NOW_SECONDS + lifetime });
          for (const jump of jumps) {
            clock.now = NOW + jump * 1000;
            const accepted = await authenticator.authenticate(bearer(token)).then(
              () => true,
              () => false,
            );
            assert.equal(accepted, jump < lifetime + 30);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('does not lend its good name to one that begins or ends alike', async () => {
    const { authenticator } = setUp();
    const token = hs256();
    await authenticator.authenticate(bearer(token));
    const [header = '', , signature = ''] = token.split('.');
    const payload = hs256(claimsOf({ sub: 'mallory' })).split('.')[1] ?? '';
    await refused(authenticator, `${header}.${payload}.${signature}`, 'credentials_invalid');
    await refused(authenticator, `${token}A`, 'credentials_invalid');
  });

  it('is forgotten in favour of newer ones, so that memory is bounded', async () => {
    const { authenticator } = setUp();
    const verify = mock.method(crypto.subtle, 'verify');
    const tokens = Array.from({ length: 3_000 }, (_, index) => hs256(claimsOf({ index, filler: 'x'.repeat(4500) })));
    for (const token of tokens) await authenticator.authenticate(bearer(token));
    await authenticator.authenticate(bearer(tokens[0]!));
    assert.equal(verify.mock.callCount(), 3_001);
    await authenticator.authenticate(bearer(tokens[2_999]!));
    assert.equal(verify.mock.callCount(), 3_001);
    verify.mock.restore();
  });
});
