import { type KeyObject, createPublicKey } from 'node:crypto';

import { Refusal } from './refusal.ts';

const ACCEPTED =
  'Accepted: a public key as PEM (BEGIN PUBLIC KEY; line breaks may be written as \\n) or as the JSON text of one JWK; ' +
  'RSA of 2048 bits or more, P-256 or Ed25519.';
const SHORTEST_RSA_BITS = 2048;

/** Reads a public key and gives it as PEM with real line breaks, or as the JWK's text. Throws a Refusal. */
export function parseJwtPublicKey(text: string): string {
  const key = text.startsWith('{') ? text : text.replaceAll(String.raw`\r`, '').replaceAll(String.raw`\n`, '\n');
  if (!isUsable(readKey(key))) throw new Refusal('is of a kind or size that is not trusted', ACCEPTED);
  return key;
}

function readKey(text: string): KeyObject {
  try {
    if (!text.startsWith('{')) return createPublicKey(refusePrivate(text, text.includes('PRIVATE KEY')));
    const jwk = JSON.parse(text) as Record<string, unknown>;
    return createPublicKey({
      key: refusePrivate(jwk, 'd' in jwk || 'k' in jwk),
      format: 'jwk',
    });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('is not a public key', ACCEPTED);
  }
}

/** From a private key Node would quietly derive the public one, and the private one would stay where it must not be. */
function refusePrivate<T>(key: T, isPrivate: boolean): T {
  if (isPrivate) throw new Refusal('holds a private key, which must stay with the issuer', ACCEPTED);
  return key;
}

function isUsable(key: KeyObject): boolean {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  return (
    (kind === 'rsa' && modulusLength >= SHORTEST_RSA_BITS) ||
    (kind === 'ec' && namedCurve === 'prime256v1') ||
    kind === 'ed25519'
  );
}
