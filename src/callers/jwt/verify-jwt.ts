import { type JWTPayload, decodeProtectedHeader, errors, jwtVerify } from 'jose';

import type { Caller } from '../caller.ts';
import { callerOfClaims } from './jwt-caller.ts';
import type { JwtTrust } from './jwt-trust.ts';
import type { KeyHint, KeySource } from './key-source.ts';
import { refuseOtherKinds, refuseOtherTyp } from './token-kind.ts';
import { UnauthenticatedError } from '../unauthenticated-error.ts';

const CLOCK_TOLERANCE_SECONDS = 30;
/** The end of the year 9999. A later `exp` is a mistake or an attack. */
const LATEST_TIME_SECONDS = 253_402_300_799;
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.([\w-]+)$/;

/** A caller, and the expiry of the token that identifies it, in epoch milliseconds. */
export interface VerifiedJwt {
  readonly caller: Caller;
  readonly expiresAt: number;
}

/**
 * Checks a JWT (RFC 7519, RFC 8725): signature, algorithm, kind, times, issuer, audience, subject.
 *
 * @param now epoch milliseconds
 * @throws UnauthenticatedError if the token is not accepted
 * @throws TrustUnavailableError if keys cannot be fetched
 */
export async function verifyJwt(
  token: string,
  trust: JwtTrust,
  sources: readonly KeySource[],
  now: number,
): Promise<VerifiedJwt> {
  const hint = readHint(token);
  const claims = await verifyWithAny(token, hint, trust, sources, now);
  refuseOtherKinds(claims);
  return { caller: callerOfClaims(claims, trust), expiresAt: expiryOf(claims, now) };
}

function readHint(token: string): KeyHint {
  const signature = COMPACT_JWS.exec(token)?.[1];
  // RFC 4648 section 3.5: unused bits may be set, which would allow two spellings of one signature.
  if (signature === undefined || Buffer.from(signature, 'base64url').toString('base64url') !== signature)
    throw untrusted();
  const { alg, kid, typ } = readHeader(token);
  if (typeof alg !== 'string' || !(kid === undefined || typeof kid === 'string')) throw untrusted();
  refuseOtherTyp(typ);
  return { alg, ...(kid !== undefined && { kid }) };
}

function readHeader(token: string): Readonly<Record<string, unknown>> {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw untrusted();
  }
}

async function verifyWithAny(
  token: string,
  hint: KeyHint,
  trust: JwtTrust,
  sources: readonly KeySource[],
  now: number,
): Promise<JWTPayload> {
  const options = {
    requiredClaims: ['exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: new Date(now),
    ...(trust.issuer !== undefined && { issuer: trust.issuer }),
    ...(trust.audience !== undefined && { audience: trust.audience }),
  };
  for (const source of sources) {
    if (!source.algorithms.includes(hint.alg)) continue;
    for (const key of await source.keysFor(hint)) {
      try {
        return (await jwtVerify(token, key, { ...options, algorithms: [...source.algorithms] })).payload;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw refusalFor(error);
      }
    }
  }
  throw untrusted();
}

/** jose checks the claims only after the signature, so details about a claim reach only its rightful holder. */
function refusalFor(error: unknown): UnauthenticatedError {
  if (error instanceof errors.JWTExpired) {
    return new UnauthenticatedError('token_expired', 'The token has expired. Refresh it or sign in again, then retry.');
  }
  if (!(error instanceof errors.JWTClaimValidationFailed)) return untrusted();
  return error.claim === 'nbf' && error.reason === 'check_failed' ? notYet() : unacceptable(error.claim);
}

function expiryOf({ exp, iat }: JWTPayload, now: number): number {
  if (exp === undefined || exp > LATEST_TIME_SECONDS) throw unacceptable('exp');
  if (iat !== undefined && iat > now / 1000 + CLOCK_TOLERANCE_SECONDS) throw notYet();
  return exp * 1000;
}

function untrusted(): UnauthenticatedError {
  return new UnauthenticatedError(
    'credentials_invalid',
    'The token was not accepted: it is damaged, or not from an issuer that this service trusts. Sign in again, then retry.',
  );
}

function notYet(): UnauthenticatedError {
  return new UnauthenticatedError(
    'token_not_active',
    'The token is from the future. Retry in a moment; if that does not help, a clock is wrong.',
  );
}

function unacceptable(claim: string): UnauthenticatedError {
  return new UnauthenticatedError(
    'token_unacceptable',
    `The claim ${claim} of the token is missing, or is not what this service expects. Get a token that is meant for it.`,
  );
}
