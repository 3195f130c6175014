import type { Caller } from '../../callers/caller.ts';
import type { Applicant } from '../../providers/provider.ts';

/** What the body of a call for a token says of an account to create. */
export interface ApplicantFields {
  readonly cal_email?: string | undefined;
  readonly timezone: string;
}

/** Whom to create an account for: what the body doesn't say, the caller's credential does. */
export function toApplicant(caller: Caller, subject: string, { cal_email, timezone }: ApplicantFields): Applicant {
  return { subject, email: cal_email ?? caller.email, name: caller.name, timeZone: timezone };
}
