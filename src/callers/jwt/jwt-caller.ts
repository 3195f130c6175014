import type { Caller } from '../caller.ts';
import type { JwtTrust } from './jwt-trust.ts';
import { parseEmail, parseName } from '../profile.ts';
import { parseSubject } from '../subject.ts';
import { UnauthenticatedError } from '../unauthenticated-error.ts';

/**
 * Turns verified claims (RFC 7519 section 4) into a caller.
 *
 * @throws UnauthenticatedError if they contain no subject
 */
export function callerOfClaims(claims: Readonly<Record<string, unknown>>, trust: JwtTrust): Caller {
  const subjectClaim = trust.subjectClaim ?? 'sub';
  const subject = parseSubject(own(claims, subjectClaim));
  if (subject === undefined) {
    throw new UnauthenticatedError(
      'token_unacceptable',
      `The claim ${subjectClaim} of the token names no user: it must be text of 1 to 255 characters or a whole number. ` +
        'Sign in again; if that does not help, the service must be told which claim holds the user.',
    );
  }
  const email = isUnverified(claims) ? undefined : parseEmail(own(claims, trust.emailClaim ?? 'email'));
  const name = parseName(own(claims, trust.nameClaim ?? 'name'));
  return {
    role: 'user',
    subject,
    ...(email !== undefined && { email }),
    ...(name !== undefined && { name }),
    via: 'jwt',
  };
}

/** Some issuers send the flag as text. */
function isUnverified(claims: Readonly<Record<string, unknown>>): boolean {
  const verified = own(claims, 'email_verified');
  return verified === false || verified === 'false';
}

function own(claims: Readonly<Record<string, unknown>>, claim: string): unknown {
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
}
