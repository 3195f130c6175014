import type { Caller } from '../../callers/caller.ts';
import type { Authenticator } from '../../callers/authenticator.ts';
import { parseSubject } from '../../callers/subject.ts';
import type { Answer, Call, Endpoint } from '../endpoint.ts';
import { ProblemError } from '../response/problem.ts';

/** The header in which a server key names the subject it acts for. */
export const SUBJECT_HEADER = 'Evergrant-Subject';

/**
 * Wraps `work` in an endpoint that authenticates the caller first. The endpoint throws UnauthenticatedError for a
 * missing or invalid credential.
 */
export function authenticated(
  authenticator: Authenticator,
  work: (call: Call, caller: Caller) => Answer | Promise<Answer>,
): Endpoint {
  return async (call) => {
    const credentials = { authorization: call.header('authorization'), apiKey: call.header('x-api-key') };
    return work(call, await authenticator.authenticate(credentials));
  };
}

/**
 * The subject of a request. Users act for themselves only; a server key names any subject.
 *
 * @throws {@link ProblemError} 400 if a server key names no valid subject, 403 if a user names another or the key is an
 * admin's
 */
export function subjectOf(caller: Caller, call: Call): string {
  const named = call.header(SUBJECT_HEADER.toLowerCase());
  if (caller.role === 'admin') {
    throw new ProblemError(
      403,
      'role_not_allowed',
      'An admin key runs the service and has no bookings. Use a user or server key.',
    );
  }
  if (caller.role === 'server') return namedSubject(named);
  if (caller.subject === undefined || (named !== undefined && headerText(named) !== caller.subject)) {
    throw new ProblemError(
      403,
      'subject_not_allowed',
      `You may only act for yourself. Leave ${SUBJECT_HEADER} out, or call with a server key.`,
    );
  }
  return caller.subject;
}

function namedSubject(named: string | undefined): string {
  const subject = parseSubject(named === undefined ? undefined : headerText(named));
  if (subject !== undefined) return subject;
  const message = `A server key names the user it acts for in the header ${SUBJECT_HEADER}: 1 to 255 characters in UTF-8, no control characters.`;
  throw new ProblemError(400, 'subject_required', message, { errors: [{ field: SUBJECT_HEADER, message }] });
}

/** Decodes a header's bytes as UTF-8, the encoding of JWTs, so that one user does not become two by encoding. */
function headerText(value: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}
