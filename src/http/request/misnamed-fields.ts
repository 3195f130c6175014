import { z } from 'zod';
import { isSpeltAlike, mistakenFor } from '../../nearest.ts';
import type { FieldError } from '../response/problem.ts';

/** Words that callers use for a field, by what the field is called. */
export type OtherNames = Readonly<Record<string, readonly string[]>>;

/**
 * The fields that a schema does not know but that are plainly meant for one it knows, such as `timeZone`. Passing them
 * over would do something else than the caller asked for. Fields that resemble none are not reported.
 *
 * @param body as it was parsed from JSON
 */
export function misnamedFields(body: unknown, schema: z.ZodType, otherNames: OtherNames = {}): FieldError[] {
  return inObject(body, schema, { path: '', otherNames });
}

/** The name of the known field that an unknown one must mean; undefined if it may mean anything. */
export function meantBy(name: string, known: readonly string[], otherNames: OtherNames = {}): string | undefined {
  const nearest = mistakenFor(name, known);
  if (nearest !== undefined) return nearest;
  return known.find((field) => otherNames[field]?.some((other) => isSpeltAlike(name, other)));
}

function inObject(
  value: unknown,
  schema: z.ZodType,
  { path, otherNames }: { path: string; otherNames: OtherNames },
): FieldError[] {
  const object = objectSchemaOf(schema);
  if (object === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const shape = object.shape as Readonly<Record<string, z.ZodType>>;
  const known = Object.keys(shape);
  return Object.entries(value).flatMap(([name, inner]): FieldError[] => {
    const field = `${path}${name}`;
    const fieldSchema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (fieldSchema !== undefined) return inObject(inner, fieldSchema, { path: `${field}.`, otherNames: {} });
    const meant = meantBy(name, known, otherNames);
    if (meant === undefined) return [];
    return [{ field, message: `${field} is not a field of this call. Did you mean ${path}${meant}?` }];
  });
}

function objectSchemaOf(schema: z.ZodType): z.ZodObject | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return objectSchemaOf(schema.unwrap() as z.ZodType);
  }
  return schema instanceof z.ZodObject ? schema : undefined;
}
