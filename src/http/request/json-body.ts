import { z } from 'zod';
import { malformedBody } from './body-text.ts';
import type { Call } from '../endpoint.ts';
import { requireIdentity, requireJson } from './media-type.ts';
import { meantBy, misnamedFields, type OtherNames } from './misnamed-fields.ts';
import { ProblemError, type FieldError } from '../response/problem.ts';

const LONGEST_NAME = 40;

/**
 * Reads the request's JSON body and validates it with `schema`. An empty body counts as `{}`, and so does `[]`, which
 * some languages write for an empty map. Unknown fields are refused if they are plainly meant for a known one.
 *
 * @param otherNames what callers may call the fields of the schema by mistake
 * @throws {@link ProblemError} 400 naming each wrong field, 413 over 80 KiB, 415 for another media type or coding
 */
export async function jsonBody<Schema extends z.ZodType>(
  call: Call,
  schema: Schema,
  otherNames?: OtherNames,
): Promise<z.output<Schema>> {
  await requireIdentity(call);
  const text = await call.body();
  if (text !== '') requireJson(call.header('content-type'));
  const body = parseJson(text);
  const result = schema.safeParse(body);
  const errors = [...(result.error?.issues ?? []).flatMap((issue) => toErrors(issue, body, schema))];
  errors.push(...misnamedFields(body, schema, otherNames).filter(({ field }) => !names(errors).includes(field)));
  if (result.success && errors.length === 0) return result.data;
  const detail = `The request is not valid: ${names(errors).join(', ')}. See "errors".`;
  throw new ProblemError(400, 'invalid_request', detail, { errors });
}

function names(errors: readonly FieldError[]): string[] {
  return [...new Set(errors.map(({ field }) => field))];
}

function toErrors(issue: z.core.$ZodIssue, body: unknown, schema: z.ZodType): FieldError[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField([...issue.path, key], schema));
  return [{ field: fieldName(issue.path), message: `${whatWasSent(body, issue)} ${issue.message}` }];
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
function unknownField(path: readonly PropertyKey[], schema: z.ZodType): FieldError {
  const name = fieldName(path);
  const field = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const meant = meantBy(name, known);
  const accepted = known.length === 0 ? '' : ` Accepted are ${known.join(', ')}.`;
  const advice = meant === undefined ? accepted : ` Did you mean ${meant}?${accepted}`;
  return { field, message: `${field} is not a field of this call.${advice}` };
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
  if (typeof value === 'string' && value.trim() === '') return 'a text of nothing but white space';
  if (typeof value === 'string' && value.trim() !== value) return 'a text with spaces around it';
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
