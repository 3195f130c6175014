import { ProblemError } from '../response/problem.ts';

/** No body may be longer. */
export const BODY_LIMIT_BYTES = 16 * 1024;

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The text of a body that was read whole, without the blanks around it.
 *
 * @throws {@link ProblemError} 400
 */
export function bodyText(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes).trim();
  } catch {
    throw malformedBody('it is not UTF-8 text');
  }
}

/** 400 for a body that cannot be read. */
export function malformedBody(why: string): ProblemError {
  return new ProblemError(400, 'malformed_body', `The body cannot be read: ${why}. Accepted is a JSON object.`, {
    errors: [{ field: '(body)', message: 'Accepted is a JSON object.' }],
  });
}

/** 413. */
export function bodyTooLarge(): ProblemError {
  return new ProblemError(413, 'body_too_large', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
}
