import type { CryptoKey, KeyObject } from 'jose';

/** A key for checking signatures. */
export type VerificationKey = CryptoKey | KeyObject;

/** The parts of a JWT's header (RFC 7515 section 4.1) that help to choose a key. Untrusted. */
export interface KeyHint {
  readonly alg: string;
  readonly kid?: string;
}

/** Keys that are trusted only for certain algorithms, so that a token cannot choose how its key is used. */
export interface KeySource {
  /** The `alg` values (RFC 7518 section 3.1, RFC 9864) that these keys may check. */
  readonly algorithms: readonly string[];
  /**
   * The keys that may fit, possibly none.
   *
   * @throws TrustUnavailableError if they cannot be fetched
   */
  keysFor(hint: KeyHint): Promise<readonly VerificationKey[]>;
  /** Resolves when keys are available; otherwise rejects as {@link KeySource.keysFor} does. */
  check(): Promise<void>;
}

/** A source of one local key. */
export function fixedKey(key: VerificationKey, algorithms: readonly string[]): KeySource {
  return { algorithms, keysFor: () => Promise.resolve([key]), check: () => Promise.resolve() };
}
