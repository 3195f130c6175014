import assert from 'node:assert/strict';
import { it } from 'node:test';
import { loadConfig } from '../../../src/config/index.ts';
import { p256, problemsOf, withKeys } from '../../support/environments.ts';

const JWK = p256.publicKey.export({ format: 'jwk' });

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'is not a public key': ['nonsense', '{"kty":', '{}', '[]', JSON.stringify({ ...JWK, x: 'AA' })],
  'holds a private key, which must stay with the issuer': [
    p256.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    JSON.stringify(p256.privateKey.export({ format: 'jwk' })),
    '{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQ"}',
  ],
  'is of a kind, size or use that is not trusted': [
    JSON.stringify({ ...JWK, alg: 'HS256' }),
    JSON.stringify({ ...JWK, alg: 7 }),
    JSON.stringify({ ...JWK, use: 'enc' }),
    JSON.stringify({ ...JWK, use: null }),
  ],
};

for (const [problem, keys] of Object.entries(REFUSED)) {
  it(`a key for JWTs that ${problem} is told as such`, () => {
    for (const key of keys) {
      const { error } = problemsOf(withKeys({ EVERGRANT_JWT_PUBLIC_KEY: key }));
      assert.deepEqual(
        error.problems.map((each) => [each.variable, each.problem]),
        [['EVERGRANT_JWT_PUBLIC_KEY', problem]],
        key,
      );
      assert.match(error.problems[0]?.accepted ?? '', /^Accepted: a public key as PEM /);
    }
  });
}

it('a key for JWTs is kept to the letter, but for line breaks that were written out', () => {
  const pem = p256.publicKey.export({ type: 'spki', format: 'pem' });
  for (const text of [pem, pem.replaceAll('\n', String.raw`\n`), pem.replaceAll('\n', String.raw`\r\n`)]) {
    const kept = loadConfig(withKeys({ EVERGRANT_JWT_PUBLIC_KEY: text })).config.jwt?.publicKey;
    assert.equal(kept?.trim(), pem.trim());
  }
});
