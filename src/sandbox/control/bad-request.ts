import type { z } from 'zod';

/** Thrown for an invalid control call. The message says what is accepted and is returned as a 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/**
 * Parses `input`.
 * @param accepts says what a top-level field accepts; without it, the schema's messages are used
 * @throws {@link BadRequest} naming each invalid field
 */
export function parseOrRefuse<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  accepts: (field: string) => string | undefined = () => undefined,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => {
    const field = issue.path.map(String).join('.');
    const accepted = accepts(String(issue.path[0] ?? ''));
    if (accepted !== undefined) return `${field}: accepts ${accepted}`;
    return field === '' ? issue.message : `${field}: ${issue.message}`;
  });
  throw new BadRequest(complaints.join('; '));
}
