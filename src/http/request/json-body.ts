import { z } from 'zod';
import { malformedBody } from './body-text.ts';
import type { Call } from '../endpoint.ts';
import { ProblemError } from '../response/problem.ts';

const LONGEST_NAME = 40;

/**
 * Reads the request's JSON body and validates it with `schema`. An empty body counts as `{}`, and so does `[]`, which
 * some languages write for an empty map.
 *
 * @throws {@link ProblemError} 400 naming each wrong field, 413 over 16 KiB, 415 for another media type
 */
export async function jsonBody<Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.output<Schema>> {
  const text = await call.body();
  requireJson(call.header('content-type'), text);
  const body = parseJson(text);
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownField([...issue.path, key], schema))
      : [{ field: fieldName(issue.path), message: `${whatWasSent(body, issue)} ${issue.message}` }],
  );
  const names = [...new Set(errors.map((error) => error.field))].join(', ');
  throw new ProblemError(400, 'invalid_request', `The request is not valid: ${names}. See "errors".`, { errors });
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
    throw malformedBody('it is not JSON');
  }
  return Array.isArray(value) && value.length === 0 ? {} : value;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '(body)' : path.map(String).join('.');
}

/** A field name may be a misplaced secret, so long names are cut. */
function unknownField(path: readonly PropertyKey[], schema: z.ZodType) {
  const name = fieldName(path);
  const field = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  const accepted = schema instanceof z.ZodObject ? ` Accepted are ${Object.keys(schema.shape).join(', ')}.` : '';
  return { field, message: `${field} is not a field of this call.${accepted}` };
}

/** Describes the problem without repeating text, which may be a secret. */
function whatWasSent(body: unknown, { path, ...issue }: z.core.$ZodIssue): string {
  const value = path.reduce((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], body);
  const name = path.length === 0 ? 'The body' : fieldName(path);
  if (value === undefined) return `${name} is missing.`;
  if (issue.code !== 'invalid_type') return `${name} is ${whatDoesNotFit(value)}.`;
  // A number where text belongs may be a secret, too.
  return `${name} is ${typeof value === 'number' && issue.expected === 'string' ? 'a number' : kindOf(value)}.`;
}

function whatDoesNotFit(value: unknown): string {
  if (value === '') return 'an empty text';
  return typeof value === 'string' ? 'a text that does not fit' : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'string') return 'a text';
  // JSON allows numbers that JavaScript cannot represent, such as 1e400.
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'a number that is too large';
  return 'an object';
}
