import type { Call } from '../endpoint.ts';
import { ProblemError } from '../response/problem.ts';

const JSON_TYPE = 'application/json';

/**
 * Refuses a body that is compressed (RFC 9110 section 8.4). Read as it came, it would only look like broken text.
 *
 * @throws {@link ProblemError} 415
 */
export async function requireIdentity(call: Call): Promise<void> {
  const header = call.header('content-encoding');
  if (header === undefined) return;
  const codings = membersOf(header).map((coding) => coding.toLowerCase());
  if (codings.every((coding) => coding === 'identity') || (await isEmpty(call))) return;
  const message = 'Accepted is a body as it is, without compression: leave Content-Encoding out.';
  throw new ProblemError(415, 'unsupported_media_type', `The body is compressed. ${message}`, {
    errors: [{ field: 'Content-Encoding', message }],
    headers: { 'accept-encoding': 'identity' },
  });
}

/**
 * Refuses a body of another media type than JSON. A type that was sent several times counts once if it is the same.
 *
 * @throws {@link ProblemError} 415
 */
export function requireJson(contentType: string | undefined): void {
  if (contentType === undefined || contentType === JSON_TYPE) return;
  const types = membersOf(contentType).map((each) => each.split(';', 1)[0]?.trim().toLowerCase());
  if (types.length > 0 && types.every((type) => type === JSON_TYPE)) return;
  if (new Set(types).size > 1) {
    throw unsupported('The header Content-Type was sent more than once, with different media types.');
  }
  throw unsupported();
}

function unsupported(why?: string): ProblemError {
  const what = 'Send the body as JSON, with the header Content-Type: application/json, or send none.';
  return new ProblemError(415, 'unsupported_media_type', why === undefined ? what : `${why} ${what}`, {
    errors: [{ field: 'Content-Type', message: 'Accepted is application/json.' }],
    headers: { accept: JSON_TYPE },
  });
}

async function isEmpty(call: Call): Promise<boolean> {
  try {
    return (await call.body()) === '';
  } catch {
    return false;
  }
}

/** The members of a list (RFC 9110 section 5.6.1); commas within quotes separate none. */
function membersOf(header: string): string[] {
  const members = header.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|")+/g) ?? [];
  return members.map((member) => member.trim()).filter((member) => member !== '');
}
