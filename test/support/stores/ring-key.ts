import { randomBytes } from 'node:crypto';
import { Secret } from '../../../src/secret.ts';
import type { RingKey } from '../../../src/stores/vault/vault.ts';

/** A ring's key, random unless its bytes are given. */
export function ringKey(id: string, bytes: Uint8Array = randomBytes(32)): RingKey {
  return { id, key: new Secret(Buffer.from(bytes).toString('base64')) };
}
