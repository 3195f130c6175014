import type { z } from 'zod';

/** The control API was called wrongly; the message says what is accepted and goes back as a 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/**
 * Parses `input`, or throws a {@link BadRequest} that names each wrong field.
 * @param accepts says for a top-level field what it takes; without it the schema's own words are used
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
