import type { Caller } from '../../callers/caller.ts';
import type { Applicant } from '../../providers/provider.ts';
import type { Demand } from '../../grants/rules/demand.ts';
import { Secret } from '../../secret.ts';

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
