import { TrustUnavailableError } from '../../callers/trust-unavailable-error.ts';
import { UnauthenticatedError } from '../../callers/unauthenticated-error.ts';
import { KeeperError, StoreUnavailableError, type KeeperErrorCode } from '../../grants/errors.ts';
import { LinkError, type LinkErrorCode, type TwoAccounts } from '../../grants/linking/link-error.ts';
import { toAccount } from './to-account.ts';
import { ProblemError } from './problem.ts';

/** The status and code for each keeper error. */
const KEEPER_PROBLEMS: Readonly<Record<KeeperErrorCode, { status: number; code: string; field?: string }>> = {
  provider_not_configured: { status: 500, code: 'provider_not_configured' },
  email_required: { status: 400, code: 'cal_email_required', field: 'email' },
  account_taken: { status: 400, code: 'cal_email_in_use', field: 'email' },
  input_refused: { status: 400, code: 'invalid_request' },
  client_refused: { status: 500, code: 'provider_client_refused' },
  upstream_unavailable: { status: 500, code: 'upstream_unavailable' },
  upstream_throttled: { status: 500, code: 'upstream_throttled' },
  upstream_slow: { status: 500, code: 'upstream_slow' },
  expired_on_arrival: { status: 500, code: 'token_expired_on_arrival' },
  too_many_renewals: { status: 429, code: 'too_many_renewals' },
  answer_unreadable: { status: 500, code: 'answer_unreadable' },
  consent_required: { status: 409, code: 'consent_required' },
  reconnect_required: { status: 409, code: 'reconnect_required' },
};

/** The request fields whose names in the keeper and the providers differ. */
const WIRE_FIELDS: ReadonlyMap<string, string> = new Map([
  ['email', 'cal_email'],
  ['timeZone', 'timezone'],
  ['origin', 'frontend.origin'],
  ['permissions', 'frontend.permissions'],
]);

/** The status for each linking error. */
const LINK_STATUSES: Readonly<Record<LinkErrorCode, number>> = {
  provider_not_linkable: 400,
  too_many_links: 429,
  link_expired: 400,
  access_denied: 400,
  provider_refused: 400,
  link_code_invalid: 400,
  link_failed: 400,
  other_account: 409,
};

/** Turns any error into an HTTP problem; nothing else does. An unknown error reveals nothing about itself. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof KeeperError) return keeperProblem(error);
  if (error instanceof LinkError) {
    return new ProblemError(LINK_STATUSES[error.code], error.code, error.message, {
      cause: error.cause,
      members: accountMembers(error.accounts),
      ...(error.code === 'too_many_links' ? { headers: retryAfter(60) } : {}),
    });
  }
  if (error instanceof UnauthenticatedError) {
    return new ProblemError(401, error.code, error.message, { headers: { 'www-authenticate': error.challenge } });
  }
  if (error instanceof TrustUnavailableError) {
    return new ProblemError(500, error.code, error.message, { headers: retryAfter(error.retryAfterSeconds) });
  }
  if (error instanceof StoreUnavailableError) {
    const headers = retryAfter(error.retryAfterMs / 1000);
    return new ProblemError(500, error.code, error.message, { headers, cause: error.cause });
  }
  return new ProblemError(500, 'internal_error', 'Something went wrong here, not with your request. Try again.', {
    cause: error,
  });
}

/** The same problem with status 503 if it is temporary. The established bookings API has no 503 and keeps 500. */
export function asUnavailable(problem: ProblemError): ProblemError {
  if (problem.status !== 500 || problem.headers['retry-after'] === undefined) return problem;
  const { code, message, headers, cause } = problem;
  return new ProblemError(503, code, message, { headers, cause });
}

function accountMembers(accounts: TwoAccounts | undefined) {
  if (accounts === undefined) return {};
  const { chosen, present } = accounts;
  return { account: toAccount(chosen), ...(present === undefined ? {} : { present_account: toAccount(present) }) };
}

function keeperProblem(error: KeeperError): ProblemError {
  const { status, code, field } = KEEPER_PROBLEMS[error.code];
  const fields = field === undefined ? error.fields : [field];
  return new ProblemError(status, code, detailOf(error), {
    cause: error.cause,
    ...(fields.length === 0
      ? {}
      : { errors: fields.map((each) => ({ field: WIRE_FIELDS.get(each) ?? each, message: detailOf(error) })) }),
    ...(error.retryAfterMs === undefined ? {} : { headers: retryAfter(error.retryAfterMs / 1000) }),
  });
}

function detailOf(error: KeeperError): string {
  if (error.code !== 'email_required') return error.message;
  return (
    'An e-mail is needed to create the Cal.com account. Send it as "cal_email" in the body, ' +
    'or call with a JWT or a user key that carries an e-mail.'
  );
}

function retryAfter(seconds: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, Math.ceil(seconds))) };
}
