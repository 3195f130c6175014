import { ProblemError } from '../response/problem.ts';

/** The largest accepted body, in bytes; it must be able to report the longest access token. */
export const BODY_LIMIT_BYTES = 80 * 1024;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The trimmed text of a complete body.
 *
 * @throws {@link ProblemError} 400 if it is not UTF-8
 */
export function bodyText(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes).trim();
  } catch {
    throw malformedBody('it is not UTF-8 text');
  }
}

/** The 400 for a body that cannot be read. */
export function malformedBody(why: string): ProblemError {
  return new ProblemError(400, 'malformed_body', `The body cannot be read: ${why}. Accepted is a JSON object.`, {
    errors: [{ field: '(body)', message: 'Accepted is a JSON object.' }],
  });
}

/** The 413 for a body over {@link BODY_LIMIT_BYTES}. */
export function bodyTooLarge(): ProblemError {
  return new ProblemError(413, 'body_too_large', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
}
