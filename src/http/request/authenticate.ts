import type { Caller } from '../../callers/caller.ts';
import type { Authenticator } from '../../callers/authenticator.ts';
import { parseSubject } from '../../callers/subject.ts';
import type { Answer, Call, Endpoint } from '../endpoint.ts';
import { ProblemError } from '../response/problem.ts';

/** The header in which a server key names whom it acts for. */
export const SUBJECT_HEADER = 'Evergrant-Subject';

/** An endpoint for those who prove who they are. */
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
 * Whom the request is about. A user is its own subject and no other; a server key names one.
 *
 * @throws {@link ProblemError} 400 where a server key names none, 403 where a user names another or the key is an admin's
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

/** A header's bytes as UTF-8, which is what JWTs are written in: one user must not become two by its spelling. */
function headerText(value: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined;
  }
}
