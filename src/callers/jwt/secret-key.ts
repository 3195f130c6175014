import { createSecretKey } from 'node:crypto';

import type { Secret } from '../../secret.ts';
import { type KeySource, fixedKey } from './key-source.ts';

/** RFC 7518 section 3.2: the key must be at least as long as the hash output. */
const SHORTEST_SECRET_BYTES = 32;

/**
 * Trusts this secret for HS256 only (RFC 7518 section 3.2).
 *
 * @throws RangeError if it is shorter than 32 bytes
 */
export function secretKey(secret: Secret): KeySource {
  const key = createSecretKey(secret.reveal(), 'utf8');
  if ((key.symmetricKeySize ?? 0) < SHORTEST_SECRET_BYTES) {
    throw new RangeError(`The secret that JWTs are checked with must have ${SHORTEST_SECRET_BYTES} bytes or more.`);
  }
  return fixedKey(key.toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['verify']), ['HS256']);
}
