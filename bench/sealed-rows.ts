import { createCipheriv, randomBytes } from 'node:crypto';
import type { SealedRow } from './limit.ts';

/** A row for each subject, all with this token. */
export function sealedRows(names: readonly string[], token: string, key: Uint8Array): [string, SealedRow][] {
  return names.map((name) => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    const sealed = Buffer.concat([cipher.update(token, 'utf8'), cipher.final()]);
    return [name, { nonce, sealed, tag: cipher.getAuthTag(), expires_at: Date.now() + 3_600_000 }];
  });
}
