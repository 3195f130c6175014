import type { Caller } from '../caller.ts';
import type { JwtTrust } from './jwt-trust.ts';
import { emailFaultOf, parseEmail, parseName, type EmailFault } from '../profile.ts';
import { parseSubject } from '../subject.ts';
import { UnauthenticatedError } from '../unauthenticated-error.ts';

interface EmailClaim {
  readonly email?: string;
  readonly emailFault?: EmailFault | undefined;
}

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
  const { email, emailFault } = emailOf(claims, trust);
  const name = parseName(own(claims, trust.nameClaim ?? 'name'));
  return {
    role: 'user',
    subject,
    ...(email !== undefined && { email }),
    ...(emailFault !== undefined && { emailFault }),
    ...(name !== undefined && { name }),
    via: 'jwt',
  };
}

function emailOf(claims: Readonly<Record<string, unknown>>, trust: JwtTrust): EmailClaim {
  const claimed = own(claims, trust.emailClaim ?? 'email');
  const [email, fault] = [parseEmail(claimed), emailFaultOf(claimed)];
  if (email === undefined) return { emailFault: fault };
  return isUnverified(claims) ? { emailFault: 'unverified' } : { email };
}

/** Some issuers send the flag as text. */
function isUnverified(claims: Readonly<Record<string, unknown>>): boolean {
  const verified = own(claims, 'email_verified');
  return verified === false || verified === 'false';
}

function own(claims: Readonly<Record<string, unknown>>, claim: string): unknown {
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined;
}
