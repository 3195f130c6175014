import { badRequest, CalException } from './exceptions.ts';

/** One rule of a field: the name and text of its complaint, and the judgement. */
export interface Rule {
  name: string;
  message: (property: string) => string;
  holds: (value: unknown) => boolean;
}

/** What is accepted for one field of a body or query. */
export interface Field {
  optional?: boolean;
  /** Applied before the rules, to what was given; the error envelope echoes its outcome. */
  transform?: (value: unknown) => unknown;
  rules: readonly Rule[];
}

/** A body's fields by name. Anything not named is dropped without a word. */
export type Fields = Readonly<Record<string, Field>>;

/** Gives the known fields, transformed, or throws the 400 that echoes every wrong one with its value. */
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

/** The number in a path segment, or the 400 of a pipe that parses integers. */
export function parseInteger(segment: string): number {
  if (!/^-?\d+$/.test(segment)) throw badRequest('Validation failed (numeric string is expected)');
  return Number(segment);
}
