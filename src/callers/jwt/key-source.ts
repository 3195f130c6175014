import type { CryptoKey, KeyObject } from 'jose';

/** A key that a signature is checked with. */
export type VerificationKey = CryptoKey | KeyObject;

/** The header of a JWT, as far as it helps to choose a key. Nothing in it is believed. */
export interface KeyHint {
  readonly alg: string;
  readonly kid?: string;
}

/** Keys that are trusted for certain algorithms only, so that a token can't choose how its key is used. */
export interface KeySource {
  /** The values of `alg` (RFC 7518 section 3.1, RFC 9864) that these keys may check. */
  readonly algorithms: readonly string[];
  /** The keys that may fit, perhaps none. Rejects with a TrustUnavailableError where they can't be fetched. */
  keysFor(hint: KeyHint): Promise<readonly VerificationKey[]>;
  /** Resolves when there are keys to check with, else rejects as {@link KeySource.keysFor} does. */
  check(): Promise<void>;
}

/** A source of one key that is at hand. */
export function fixedKey(key: VerificationKey, algorithms: readonly string[]): KeySource {
  return { algorithms, keysFor: () => Promise.resolve([key]), check: () => Promise.resolve() };
}
