import { LRUCache } from 'lru-cache';

import type { Caller } from '../caller.ts';
import { jwks } from './jwks.ts';
import type { JwtTrust } from './jwt-trust.ts';
import type { KeySource } from './key-source.ts';
import { publicKey } from './public-key.ts';
import { secretKey } from './secret-key.ts';
import { UnauthenticatedError } from '../unauthenticated-error.ts';
import { type VerifiedJwt, verifyJwt } from './verify-jwt.ts';

/** The longest time in milliseconds that a verified token is cached, so that a withdrawn key stops working. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 10_000;
const MOST_REMEMBERED_CHARACTERS = 16 * 1024 * 1024;
const TOKEN_LIMIT_CHARACTERS = 8 * 1024;

/** Checks JWTs and caches valid ones. */
export interface JwtCheck {
  /**
   * Identifies the caller by its token.
   *
   * @throws as {@link verifyJwt} does
   */
  check(token: string): Promise<Caller>;
  /**
   * Resolves when all keys are available.
   *
   * @throws TrustUnavailableError if they cannot be fetched
   */
  checkTrust(): Promise<void>;
}

interface Remembered extends VerifiedJwt {
  readonly verifiedAt: number;
}

/**
 * Creates a check of JWTs against the configured keys.
 *
 * @param now returns the time in epoch milliseconds
 * @throws TypeError or RangeError if a key is unusable, or none is given
 */
export function createJwtCheck(trust: JwtTrust, now: () => number): JwtCheck {
  const sources = sourcesOf(trust, now);
  const remembered = new LRUCache<string, Remembered>({
    max: MOST_REMEMBERED,
    maxSize: MOST_REMEMBERED_CHARACTERS,
    sizeCalculation: (_, token) => token.length,
  });
  return {
    check: async (token) => {
      if (token.length > TOKEN_LIMIT_CHARACTERS) throw tooLong();
      const known = remembered.get(token);
      const at = now();
      if (known !== undefined && isFresh(known, at)) return known.caller;
      const verified = await verifyJwt(token, trust, sources, at);
      if (verified.expiresAt > at) remembered.set(token, { ...verified, verifiedAt: at });
      return verified.caller;
    },
    checkTrust: async () => {
      await Promise.all(sources.map((source) => source.check()));
    },
  };
}

/** Checks the age in both directions, because a clock may be set back. */
function isFresh({ verifiedAt, expiresAt }: Remembered, at: number): boolean {
  return at < expiresAt && at >= verifiedAt && at - verifiedAt < REMEMBERED_MS;
}

/** Local keys come first, so that the network is used only when they do not fit. */
function sourcesOf(trust: JwtTrust, now: () => number): readonly KeySource[] {
  const sources = [
    ...(trust.secret === undefined ? [] : [secretKey(trust.secret)]),
    ...(trust.publicKey === undefined ? [] : [publicKey(trust.publicKey)]),
    ...(trust.jwksUrl === undefined ? [] : [jwks(trust.jwksUrl, now, trust.fetch)]),
  ];
  if (sources.length === 0) throw new TypeError('To trust JWTs, give a secret, a public key or a JWKS URL.');
  return sources;
}

function tooLong(): UnauthenticatedError {
  return new UnauthenticatedError(
    'credentials_invalid',
    `The token is longer than ${TOKEN_LIMIT_CHARACTERS} characters, which this service does not accept. Ask the issuer for a smaller one.`,
  );
}
