import { badRequest, CalException } from './exceptions.ts';

/** A rule for a field, with the name and text of its error. */
export interface Rule {
  name: string;
  message: (property: string) => string;
  holds: (value: unknown) => boolean;
}

/** What one field of a body or query accepts. */
export interface Field {
  optional?: boolean;
  /** Applied to the given value before the rules. The error envelope echoes the result. */
  transform?: (value: unknown) => unknown;
  rules: readonly Rule[];
}

/** A body's fields by name. Unknown fields are dropped silently. */
export type Fields = Readonly<Record<string, Field>>;

/**
 * Returns the known fields, transformed.
 *
 * @throws CalException 400 that echoes every invalid field with its value
 */
export function validate(fields: Fields, input: unknown): Record<string, unknown> {
  const given = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
  const target: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, property) ? fields[property] : undefined;
    if (field !== undefined) target[property] = field.transform === undefined ? value : field.transform(value);
  }
  const errors = Object.entries(fields).flatMap(([property, field]) => {
    const value = target[property];
    if (field.optional === true && (value === undefined || value === null)) return [];
    const broken = field.rules.filter((rule) => !rule.holds(value));
    if (broken.length === 0) return [];
    const constraints = Object.fromEntries(broken.map((rule) => [rule.name, rule.message(property)]));
    return [{ target, value, property, children: [], constraints }];
  });
  if (errors.length > 0) throw new CalException(400, 'BadRequestException', 'Bad Request Exception', { errors });
  return target;
}

/**
 * Parses a path segment as an integer.
 *
 * @throws CalException 400 if it is not one
 */
export function parseInteger(segment: string): number {
  if (!/^-?\d+$/.test(segment)) throw badRequest('Validation failed (numeric string is expected)');
  return Number(segment);
}
