import { createHash } from 'node:crypto';
import type { Secret } from '../secret.ts';
import { randomToken } from './random-token.ts';

/** A new `code_verifier` (RFC 7636 section 4.1): 43 characters. */
export function newCodeVerifier(): Secret {
  return randomToken();
}

/** The `code_challenge` of a verifier by the method `S256` (RFC 7636 section 4.2). */
export function codeChallenge(verifier: Secret): string {
  return createHash('sha256').update(verifier.reveal(), 'ascii').digest('base64url');
}
