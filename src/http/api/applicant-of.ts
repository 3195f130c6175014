import type { Caller } from '../../callers/caller.ts';
import type { Applicant } from '../../providers/provider.ts';

/** The fields of a token request that describe the account to create. */
export interface ApplicantFields {
  readonly cal_email?: string | undefined;
  readonly timezone: string;
}

/** The account to create. Fields missing from the body are taken from the caller's credential. */
export function toApplicant(caller: Caller, subject: string, { cal_email, timezone }: ApplicantFields): Applicant {
  return { subject, email: cal_email ?? caller.email, name: caller.name, timeZone: timezone };
}
