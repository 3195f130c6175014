import { randomBytes } from 'node:crypto';

/** Too many bits to guess or to collide; short, because each nonce is stored in several places. */
const NONCE_BYTES = 12;

/** A nonce for an exchange that is about to be opened. */
export function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64url');
}

/** The nonce of an exchange from the time when its number alone identified it. */
export function formerNonce(exchangeId: number): string {
  return `before-${exchangeId}`;
}
