import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { ProblemError } from './problem.ts';

const BODY_LIMIT_BYTES = 16 * 1024;

/** Refuses larger bodies while they are being read, whatever their `Content-Length` claims. */
export const limitedBody = bodyLimit({
  maxSize: BODY_LIMIT_BYTES,
  onError: () => {
    throw new ProblemError(413, 'body_too_large', `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
  },
});

/**
 * The request's JSON body as `schema` understands it. No body at all counts as `{}`, and so does `[]`, which is what
 * some languages make of an empty map.
 *
 * @throws {@link ProblemError} 400 naming each field that is wrong, 415 for another media type
 */
export async function jsonBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await bodyText(context);
  requireJson(context.req.header('content-type'), text);
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ field: fieldName(issue.path), message: issue.message }));
  const names = [...new Set(errors.map((error) => error.field))].join(', ');
  throw new ProblemError(400, 'invalid_request', `The request is not valid: ${names}. See "errors".`, { errors });
}

async function bodyText(context: Context): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await context.req.arrayBuffer()).trim();
  } catch (error) {
    if (error instanceof TypeError) throw malformed('it is not UTF-8 text');
    throw error;
  }
}

function requireJson(contentType: string | undefined, text: string): void {
  if (text === '' || contentType === undefined) return;
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === 'application/json') return;
  throw new ProblemError(
    415,
    'unsupported_media_type',
    'Send the body as JSON, with the header Content-Type: application/json, or send none.',
    {
      errors: [{ field: 'Content-Type', message: 'Accepted is application/json.' }],
      headers: { accept: 'application/json' },
    },
  );
}

function parseJson(text: string): unknown {
  if (text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('it is not JSON');
  }
  return Array.isArray(value) && value.length === 0 ? {} : value;
}

function malformed(why: string): ProblemError {
  return new ProblemError(400, 'malformed_body', `The body cannot be read: ${why}. Accepted is a JSON object.`, {
    errors: [{ field: '(body)', message: 'Accepted is a JSON object.' }],
  });
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(body)' : path.map(String).join('.');
}
