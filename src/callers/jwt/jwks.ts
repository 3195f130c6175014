import { createRemoteJWKSet, customFetch, errors } from 'jose';

import { PAUSE_AFTER_FAILURE_MS, createJwksFetch } from './fetch-jwks.ts';
import type { JwtTrust } from './jwt-trust.ts';
import type { KeySource, VerificationKey } from './key-source.ts';
import { TrustUnavailableError } from '../trust-unavailable-error.ts';

const TIMEOUT_MS = 5_000;
/** An unknown `kid` triggers another fetch, but no sooner than this many milliseconds after the last answer. */
const COOLDOWN_MS = 30_000;
/** How long a withdrawn key may stay in use here, in milliseconds. */
const MAX_AGE_MS = 300_000;
/** A token without `kid` is tried with every key that fits. The limit bounds the cost of a forged token. */
const MOST_KEYS_TRIED = 8;

/**
 * Trusts the keys that an issuer publishes at a URL (RFC 7517 section 5), never for HMAC.
 *
 * @param now returns the time in epoch milliseconds
 * @param fetch by default the global one
 * @throws TypeError if the URL is invalid
 */
export function jwks(url: string, now: () => number, fetch?: JwtTrust['fetch']): KeySource {
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    [customFetch]: createJwksFetch(now, fetch),
  });
  return {
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
    keysFor: async (hint) => {
      try {
        return [await remote({ ...hint })];
      } catch (error) {
        return keysDespite(error);
      }
    },
    check: async () => {
      if (remote.fresh) return;
      await remote.reload().catch((cause: unknown) => {
        throw unavailable(cause);
      });
    },
  };
}

async function keysDespite(error: unknown): Promise<readonly VerificationKey[]> {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSENotSupported) return [];
  if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw unavailable(error);
  const keys: VerificationKey[] = [];
  for await (const key of error) {
    if (keys.push(key) === MOST_KEYS_TRIED) break;
  }
  return keys;
}

function unavailable(cause: unknown): TrustUnavailableError {
  return new TrustUnavailableError(PAUSE_AFTER_FAILURE_MS / 1000, { cause });
}
