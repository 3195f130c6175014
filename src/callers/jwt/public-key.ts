import { type KeyObject, createPublicKey } from 'node:crypto';

import { type KeySource, fixedKey } from './key-source.ts';

const SHORTEST_RSA_BITS = 2048;

/**
 * What is wrong with the text of a public key:
 * - `unreadable`: it is neither PEM (SPKI) nor the JSON text of one JWK
 * - `private`: it is a private or secret key, which must stay with the issuer and not on a machine that only checks
 *   signatures
 * - `not_trusted`: its type, size or use is not trusted
 */
export type PublicKeyFault = 'unreadable' | 'private' | 'not_trusted';

const MESSAGES: Readonly<Record<PublicKeyFault, string>> = {
  unreadable: 'The public key must be PEM (BEGIN PUBLIC KEY) or the JSON text of one public JWK.',
  private: 'This is a private key. Give the public one, and keep the private one with the issuer.',
  not_trusted:
    'The public key must be RSA of 2048 bits or more, P-256 or Ed25519, for a signature algorithm of its kind.',
};

/** The text is not a trusted public key. The error has no cause, which would quote the text. */
export class PublicKeyError extends TypeError {
  override readonly name = 'PublicKeyError';
  readonly code = 'public_key_refused';
  readonly fault: PublicKeyFault;

  constructor(fault: PublicKeyFault) {
    super(MESSAGES[fault]);
    this.fault = fault;
  }
}

/**
 * Trusts one public key, given as PEM (SPKI) or as the JSON text of a JWK (RFC 7517 section 4), only for the algorithms
 * of its type: RSA for RS256 and PS256, P-256 for ES256, Ed25519 for EdDSA. A JWK's `alg` narrows that further.
 *
 * @throws {@link PublicKeyError} for anything else
 */
export function publicKey(text: string): KeySource {
  const { key, alg, use } = text.trimStart().startsWith('{') ? readJwk(text) : readPem(text);
  const algorithms = algorithmsOf(key).filter((algorithm) => alg === undefined || algorithm === alg);
  const isForSignatures = use === undefined || use === 'sig';
  if (algorithms.length === 0 || !isForSignatures) throw new PublicKeyError('not_trusted');
  return fixedKey(key, algorithms);
}

/** A key, and the purpose that its JWK gives. */
interface ReadKey {
  readonly key: KeyObject;
  readonly alg?: unknown;
  readonly use?: unknown;
}

function readPem(text: string): ReadKey {
  // Node would silently derive the public key from a private one.
  if (text.includes('PRIVATE KEY')) throw new PublicKeyError('private');
  return { key: created(text) };
}

function readJwk(text: string): ReadKey {
  const { alg, use, ...jwk } = parsed(text);
  if ('d' in jwk || 'k' in jwk) throw new PublicKeyError('private');
  return { key: created({ key: jwk, format: 'jwk' }), alg, use };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new PublicKeyError('unreadable');
  }
}

function created(input: Parameters<typeof createPublicKey>[0]): KeyObject {
  try {
    return createPublicKey(input);
  } catch {
    throw new PublicKeyError('unreadable');
  }
}

function algorithmsOf(key: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  if (kind === 'rsa' && modulusLength >= SHORTEST_RSA_BITS) return ['RS256', 'PS256'];
  if (kind === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  return kind === 'ed25519' ? ['EdDSA', 'Ed25519'] : [];
}
