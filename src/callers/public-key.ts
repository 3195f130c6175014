import { type KeyObject, createPublicKey } from 'node:crypto';

import { z } from 'zod';

import { type KeySource, fixedKey } from './key-source.ts';

const SHORTEST_RSA_BITS = 2048;

/** RFC 7517 section 4. A private key is refused: it has no business on a machine that only checks signatures. */
const publicJwk = z.looseObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  alg: z.string().optional(),
  use: z.literal('sig').optional(),
  d: z.undefined().optional(),
});

/**
 * Trusts one public key, given as PEM (SPKI) or as the JSON text of a JWK, for the algorithms of its kind only: RSA
 * RS256 and PS256, P-256 ES256, Ed25519 EdDSA; a JWK's `alg` narrows that further. Throws a TypeError for other keys.
 */
export function publicKey(text: string): KeySource {
  const { key, alg } = text.trimStart().startsWith('{') ? readJwk(text) : { key: readPem(text) };
  const algorithms = algorithmsOf(key).filter((algorithm) => alg === undefined || algorithm === alg);
  if (algorithms.length === 0) {
    throw new TypeError(
      'The public key must be RSA of 2048 bits or more, P-256 or Ed25519, for a signature algorithm of its kind.',
    );
  }
  return fixedKey(key, algorithms);
}

function readPem(text: string): KeyObject {
  // From a private key Node would quietly derive the public one.
  if (text.includes('PRIVATE KEY')) {
    throw new TypeError('This is a private key. Give the public one, and keep the private one with the issuer.');
  }
  return readWith(() => createPublicKey(text));
}

function readJwk(text: string): { key: KeyObject; alg: string | undefined } {
  return readWith(() => {
    const { alg, ...jwk }: Record<string, unknown> & { alg?: string | undefined } = publicJwk.parse(JSON.parse(text));
    return { key: createPublicKey({ key: jwk, format: 'jwk' }), alg };
  });
}

function readWith<T>(read: () => T): T {
  try {
    return read();
  } catch {
    // No cause: it would quote the text, and a private key may have been given by mistake.
    throw new TypeError('The public key must be PEM (BEGIN PUBLIC KEY) or the JSON text of one public JWK.');
  }
}

function algorithmsOf(key: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  if (kind === 'rsa' && modulusLength >= SHORTEST_RSA_BITS) return ['RS256', 'PS256'];
  if (kind === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  return kind === 'ed25519' ? ['EdDSA', 'Ed25519'] : [];
}
