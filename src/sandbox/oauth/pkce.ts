import { createHash } from 'node:crypto';

/** Whether a text can be a `code_challenge` of method `S256`: 32 bytes in base64url (RFC 7636 section 4.2). */
export function isS256Challenge(challenge: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(challenge);
}

/** Whether a `code_verifier` matches a challenge of method `S256` (RFC 7636 section 4.6). */
export function verifies(verifier: string, challenge: string): boolean {
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return createHash('sha256').update(verifier, 'ascii').digest('base64url') === challenge;
}
