import { createPrivateKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import type { Secret } from '../../secret.ts';

/** The algorithms (RFC 7518) that a key on each curve can sign with. */
const BY_CURVE: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};

const PSS = ['PS256', 'PS384', 'PS512'];

/** The same for keys of other types. */
const BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  rsa: ['RS256', 'RS384', 'RS512', ...PSS],
  'rsa-pss': PSS,
  ed25519: ['EdDSA'],
};

/**
 * Reads a private key, in PEM (PKCS #8, PKCS #1 or SEC 1) or as a JWK.
 *
 * @throws Error if it is none; the message does not repeat the text
 */
export function readPrivateKey(text: Secret): KeyObject {
  const content = text.reveal().trim();
  try {
    return content.startsWith('{')
      ? createPrivateKey({ key: JSON.parse(content) as JsonWebKeyInput['key'], format: 'jwk' })
      : createPrivateKey(content);
  } catch {
    throw new Error('This is not a private key.');
  }
}

/** The algorithms that a key can sign with, the usual one first; empty if it can sign with none. */
export function signingAlgorithms(key: KeyObject): readonly string[] {
  const type = key.asymmetricKeyType;
  return type === 'ec' ? (BY_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? []) : (BY_TYPE[type ?? ''] ?? []);
}
