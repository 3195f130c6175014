import { type KeyObject, createPublicKey } from 'node:crypto';

import { Refusal } from './refusal.ts';

const ACCEPTED =
  'Accepted: a public key as PEM (BEGIN PUBLIC KEY; line breaks may be written as \\n) or as the JSON text of one JWK; ' +
  'RSA of 2048 bits or more, P-256 or Ed25519.';
const SHORTEST_RSA_BITS = 2048;

/** Reads a public key and gives it as PEM with real line breaks, or as the JWK's text. Throws a Refusal. */
export function parseJwtPublicKey(text: string): string {
  if (text.startsWith('{')) {
    const { alg, use, ...jwk } = readJwk(text);
    const algorithms = algorithmsOf(createKey({ key: jwk, format: 'jwk' }));
    if (!(alg === undefined ? algorithms.length > 0 : algorithms.some((known) => known === alg))) throw notTrusted();
    if (use !== undefined && use !== 'sig') throw notTrusted();
    return text;
  }
  const pem = text.replaceAll(String.raw`\r`, '').replaceAll(String.raw`\n`, '\n');
  if (pem.includes('PRIVATE KEY')) throw isPrivate();
  if (algorithmsOf(createKey(pem)).length === 0) throw notTrusted();
  return pem;
}

function readJwk(text: string): Record<string, unknown> {
  try {
    const jwk = JSON.parse(text) as Record<string, unknown>;
    if (!('d' in jwk || 'k' in jwk)) return jwk;
  } catch {
    throw new Refusal('is not a public key', ACCEPTED);
  }
  throw isPrivate();
}

function createKey(input: Parameters<typeof createPublicKey>[0]): KeyObject {
  try {
    return createPublicKey(input);
  } catch {
    throw new Refusal('is not a public key', ACCEPTED);
  }
}

function algorithmsOf(key: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  if (kind === 'rsa' && modulusLength >= SHORTEST_RSA_BITS) return ['RS256', 'PS256'];
  if (kind === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  return kind === 'ed25519' ? ['EdDSA', 'Ed25519'] : [];
}

/** From a private key Node would quietly derive the public one, and the private one would stay where it must not be. */
function isPrivate(): Refusal {
  return new Refusal('holds a private key, which must stay with the issuer', ACCEPTED);
}

function notTrusted(): Refusal {
  return new Refusal('is of a kind, size or use that is not trusted', ACCEPTED);
}
