import type { Caller } from '../../callers/caller.ts';
import type { EmailFault } from '../../callers/profile.ts';
import { KeeperError } from '../../grants/errors.ts';
import type { Applicant } from '../../providers/provider.ts';
import type { Demand } from '../../grants/rules/demand.ts';
import { Secret } from '../../secret.ts';
import { ProblemError } from '../response/problem.ts';

/** What is wrong with the e-mail of a caller's credential, and how to mend it. */
const EMAIL_FAULTS: Readonly<Record<EmailFault, string>> = {
  unverified:
    'The e-mail address of your token is not verified: its issuer says "email_verified": false. Verify it and sign in again',
  spaces: 'The e-mail address of your token has spaces around it, so it cannot be used. Have its issuer leave them out',
  malformed: 'The e-mail claim of your token is not an e-mail address. Have its issuer send one',
};

/** The fields of a token request that describe an account to create. */
export interface ApplicantFields {
  readonly cal_email?: string | undefined;
  readonly timezone: string;
}

/** The account to create: the caller's credential supplies what the body leaves out. */
export function toApplicant(caller: Caller, subject: string, { cal_email, timezone }: ApplicantFields): Applicant {
  return { subject, email: cal_email ?? caller.email, name: caller.name, timeZone: timezone };
}

/** The fields of a token request that say what the token must satisfy. */
export interface DemandFields {
  readonly force_refresh: boolean;
  /** In seconds. */
  readonly min_ttl?: number | undefined;
  readonly rejected_access_token?: string | undefined;
}

/** The demand on the keeper that these fields express. */
export function toDemand({ force_refresh, min_ttl, rejected_access_token }: DemandFields): Demand {
  return {
    force: force_refresh,
    minTtlMs: min_ttl === undefined ? undefined : min_ttl * 1000,
    rejected: rejected_access_token === undefined ? undefined : new Secret(rejected_access_token),
  };
}

/**
 * Does `work`. If it lacks an e-mail and the caller's credential has one that cannot be used, the problem says why.
 *
 * @throws the error of `work`, as a ProblemError with the reason if that is known
 */
export async function withEmailFault<Result>({ emailFault }: Caller, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (emailFault === undefined || !(error instanceof KeeperError) || error.code !== 'email_required') throw error;
    const message = `${EMAIL_FAULTS[emailFault]}, or send an address as "cal_email" in the body.`;
    throw new ProblemError(400, 'cal_email_required', message, { errors: [{ field: 'cal_email', message }] });
  }
}
