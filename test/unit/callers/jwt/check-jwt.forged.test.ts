import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { UnauthenticatedError } from '../../../../src/callers/authenticator.ts';
import { Secret } from '../../../../src/secret.ts';
import {
  type Json,
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
import { bearer, trusting } from '../../../support/callers/trusting.ts';

const ALGORITHMS = [
  'none',
  'None',
  'NONE',
  '',
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'ES256',
  'EdDSA',
  'Ed25519',
  'hs256',
  'RSA-OAEP',
  'dir',
  7,
  null,
  ['HS256'],
  {},
] as const;

/** Ways to sign without the keys that are trusted. */
const SIGNERS: Readonly<Record<string, (input: string) => Uint8Array>> = {
  nothing: () => new Uint8Array(),
  zeros: () => new Uint8Array(256),
  'zeros of 32 bytes': () => new Uint8Array(32),
  'an empty secret': hmac(''),
  'a guessed secret': hmac('secret'),
  'the secret and a line break': hmac(`${SECRET}\n`),
  'the public key as PEM': hmac(pem(rsa.publicKey)),
  'the public key as DER': hmac(rsa.publicKey.export({ type: 'spki', format: 'der' })),
  'the public key as JWK': hmac(JSON.stringify(jwk(rsa.publicKey))),
  'the modulus': hmac(Buffer.from(String(jwk(rsa.publicKey)['n']), 'base64url')),
  'another RSA key': signer('RS256', otherRsa.privateKey),
  'a P-256 key': signer('ES256', p256.privateKey),
  'an Ed25519 key': signer('EdDSA', ed25519.privateKey),
};

/** Claims that make a token unacceptable whoever signed it. */
const BAD_CLAIMS: readonly (Json | string)[] = [
  { sub: undefined },
  { sub: '' },
  { sub: ['alice'] },
  { sub: { $ne: null } },
  { sub: true },
  { sub: 'a\u0000b' },
  { exp: undefined },
  { exp: 'never' },
  { exp: 1e300 },
  { exp: -1 },
  { exp: null },
  { exp: NOW_SECONDS - 31 },
  { nbf: NOW_SECONDS + 31 },
  { nbf: '0' },
  { iat: NOW_SECONDS + 31 },
  { iat: {} },
  { iss: undefined },
  { iss: 'https://id.example.com/' },
  { iss: null },
  { aud: undefined },
  { aud: ['someone else'] },
  { aud: '' },
  { token_type: 'refresh' },
  { token_type: 'Access' },
].map((change) => claimsOf({ iss: 'https://id.example.com', aud: 'evergrant', ...change }));

const BAD_JSON = ['', '[]', 'null', '"alice"', '7', '{', '{"sub":"alice"}{}', '\ufeff{}'];

/** Spoils the spelling of a good token. */
const SPELLINGS: readonly ((token: string) => string)[] = [
  (token) => `${token}.`,
  (token) => `.${token}`,
  (token) => `${token}=`,
  (token) => `${token}A`,
  (token) => token.slice(0, -2),
  (token) => token.replace('.', '../../..'),
  (token) => token.replace('.', '.\t'),
  (token) => token.replaceAll('.', '. '),
  (token) => token.replaceAll('.', '%2E'),
  (token) => token.replaceAll('.', '\u3002'),
  (token) => token.split('.').reverse().join('.'),
  (token) => token.split('.').slice(0, 2).join('.'),
  (token) => `${token.split('.').slice(0, 2).join('.')}.`,
  (token) => token.toLowerCase(),
  (token) => `${token}\0`,
  (token) => `"${token}"`,
  (token) => `${token} ${token}`,
  (token) => `${token}, Bearer ${token}`,
  (token) => JSON.stringify({ payload: token.split('.')[1], signatures: [] }),
  (token) => `${token}é`,
];

function corpus(): string[] {
  const good = claimsOf({ iss: 'https://id.example.com', aud: 'evergrant' });
  const unsigned = ALGORITHMS.flatMap((alg) => Object.values(SIGNERS).map((sign) => join({ alg }, good, sign)));
  const unacceptable = [...BAD_CLAIMS, ...BAD_JSON].flatMap((claims) => [hs256(claims), rs256(claims)]);
  const headers = [
    '{}',
    '[]',
    '{"alg":"HS256"',
    '{"alg":"HS256","crit":["x"],"x":1}',
    '{"alg":"HS256","typ":"logout+jwt"}',
  ];
  const misheaded = headers.map((header) => join(header, good, hmac(SECRET)));
  const misspelt = [hs256(good), rs256(good)].flatMap((token) => [
    ...SPELLINGS.map((spoil) => spoil(token)),
    ...bitFlips(token, 120),
  ]);
  return [...unsigned, ...unacceptable, ...misheaded, ...misspelt];
}

/** The token with one letter changed, at places spread over all of it. */
function bitFlips(token: string, count: number): string[] {
  const places = Array.from({ length: count }, (_, index) => Math.floor((index * token.length) / count));
  return places.map((at) => {
    const letter = token.charAt(at);
    const other = letter === '.' ? 'A' : letter === 'A' ? 'g' : 'A';
    return token.slice(0, at) + other + token.slice(at + 1);
  });
}

describe('forged tokens', () => {
  it('are all refused', async () => {
    const authenticator = trusting({
      secret: new Secret(SECRET),
      publicKey: pem(rsa.publicKey),
      issuer: 'https://id.example.com',
      audience: 'evergrant',
    });
    const good = claimsOf({ iss: 'https://id.example.com', aud: 'evergrant' });
    await authenticator.authenticate(bearer(hs256(good)));
    await authenticator.authenticate(bearer(rs256(good)));
    const forged = new Set(corpus());
    forged.delete(hs256(good));
    forged.delete(rs256(good));
    assert.ok(forged.size > 500, String(forged.size));
    for (const token of forged) {
      await assert.rejects(authenticator.authenticate(bearer(token)), UnauthenticatedError, token);
    }
  });
});
