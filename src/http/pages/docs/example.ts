import { resolved, type ApiDescription, type Schema } from './openapi-description.ts';

/**
 * An example value for a schema. An object gets its required fields and those with a default or an example.
 *
 * @param within the references already followed; a recursive schema is left out inside itself
 * @returns undefined for a value to leave out
 */
export function exampleOf(document: ApiDescription, node: Schema, within: readonly string[] = []): unknown {
  if (node.$ref !== undefined && within.includes(node.$ref)) return undefined;
  const inside = node.$ref === undefined ? within : [...within, node.$ref];
  const schema = resolved(document, node);
  const known = givenExample(schema) ?? schema.const ?? schema.enum?.[0];
  if (known !== undefined) return known;
  if (schema.allOf !== undefined || schema.properties !== undefined) return exampleObject(document, schema, inside);
  const alternative = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (alternative !== undefined) return exampleOf(document, alternative, inside);
  return sample(schema);
}

function exampleObject(document: ApiDescription, schema: Schema, within: readonly string[]): object {
  const inherited = (schema.allOf ?? []).map((part) => exampleOf(document, part, within));
  const own = Object.entries(schema.properties ?? {})
    .filter(([name, property]) => {
      return schema.required?.includes(name) === true || givenExample(resolved(document, property)) !== undefined;
    })
    .map(([name, property]) => [name, exampleOf(document, property, within)] as const);
  return Object.assign({}, ...inherited, Object.fromEntries(own)) as object;
}

function givenExample(schema: Schema): unknown {
  return schema.example ?? schema.examples?.[0] ?? schema.default;
}

function sample({ type, minimum = 0 }: Schema): unknown {
  const samples = new Map<string | undefined, unknown>([
    ['string', '...'],
    ['boolean', false],
    ['integer', minimum],
    ['number', minimum],
    ['array', []],
    ['object', {}],
  ]);
  return samples.get(typeof type === 'string' ? type : type?.[0]) ?? null;
}
