import { randomBytes } from 'node:crypto';
import { Secret } from '../secret.ts';

/** A random token of 256 bits, safe in URLs: a `state` (RFC 6749 section 10.12), a ticket, a one-time code. */
export function randomToken(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}
