import type { Caller } from '../../callers/caller.ts';
import type { Applicant } from '../../providers/provider.ts';
import type { Demand } from '../../grants/rules/demand.ts';
import { Secret } from '../../secret.ts';

/** What the body of a call for a token says of an account to create. */
export interface ApplicantFields {
  readonly cal_email?: string | undefined;
  readonly timezone: string;
}

/** Whom to create an account for: what the body doesn't say, the caller's credential does. */
export function toApplicant(caller: Caller, subject: string, { cal_email, timezone }: ApplicantFields): Applicant {
  return { subject, email: cal_email ?? caller.email, name: caller.name, timeZone: timezone };
}

/** What the body of a call for a token says of the token. */
export interface DemandFields {
  readonly force_refresh: boolean;
  /** Seconds. */
  readonly min_ttl?: number | undefined;
  readonly rejected_access_token?: string | undefined;
}

/** The same in the keeper's words. */
export function toDemand({ force_refresh, min_ttl, rejected_access_token }: DemandFields): Demand {
  return {
    force: force_refresh,
    minTtlMs: min_ttl === undefined ? undefined : min_ttl * 1000,
    rejected: rejected_access_token === undefined ? undefined : new Secret(rejected_access_token),
  };
}
