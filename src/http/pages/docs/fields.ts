import { referenceName, resolved, type ApiDescription, type Parameter, type Schema } from './openapi-description.ts';
import { inline, joined, markup, table, type Child, type Markup } from '../markup.ts';

/** A row in a table of fields. */
interface Field {
  /** Such as `errors[].field`. */
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Tables of requests show which fields are required and their defaults; those of answers show which may be absent. */
export type Direction = 'request' | 'answer';

/** A table of a body's fields, with nested fields by their full path. */
export function fieldsTable(document: ApiDescription, schema: Schema, direction: Direction, label: string): Child {
  const fields = fieldsOf(document, schema);
  if (fields.length === 0) return bareType(document, schema);
  const rows = fields.map((field) => [
    fieldCell(field.path, [...typeOf(document, field.schema), presence(field, direction)]),
    meaning(field.schema),
  ]);
  return table(label, ['Field', 'Meaning'], rows, 'fields');
}

/** A table of path, query and header parameters. */
export function parametersTable(document: ApiDescription, parameters: readonly Parameter[], label: string): Markup {
  const rows = parameters.map((parameter) => {
    const schema = { ...resolved(document, parameter.schema ?? {}), ...described(parameter) };
    const field = { path: parameter.name ?? '', schema, required: parameter.required ?? false };
    return [
      fieldCell(field.path, [parameter.in, ...typeOf(document, schema), presence(field, 'request')]),
      meaning(schema),
    ];
  });
  return table(label, ['Parameter', 'Meaning'], rows, 'fields');
}

function described({ description, example }: Parameter): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
  };
}

/** @param within the references already followed; a recursive schema is not entered again */
function fieldsOf(document: ApiDescription, node: Schema, prefix = '', within: readonly string[] = []): Field[] {
  if (node.$ref !== undefined && within.includes(node.$ref)) return [];
  const inside = node.$ref === undefined ? within : [...within, node.$ref];
  const schema = resolved(document, node);
  const others = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
      const required = schema.required?.includes(name) ?? false;
      return fieldAndInner(document, `${prefix}${name}`, property, required, inside);
    }),
    ...(typeof schema.additionalProperties === 'object'
      ? fieldAndInner(document, `${prefix}*`, schema.additionalProperties, false, inside)
      : []),
    ...(schema.items === undefined ? [] : fieldsOf(document, schema.items, `${prefix.replace(/\.$/, '')}[].`, inside)),
    ...others.flatMap((other) => fieldsOf(document, other, prefix, inside)),
  ];
}

function fieldAndInner(
  document: ApiDescription,
  path: string,
  node: Schema,
  required: boolean,
  within: readonly string[],
): Field[] {
  const field = { path, schema: resolved(document, node), required };
  return [field, ...fieldsOf(document, node, `${path}.`, within)];
}

function fieldCell(path: string, facts: readonly Child[]): Child {
  return [markup`<code>${path}</code>`, note(facts)];
}

function note(facts: readonly Child[]): Child {
  const known = facts.filter((fact) => fact !== undefined && fact !== false);
  return known.length > 0 && markup`<span class="note">${joined(known, ', ')}</span>`;
}

function presence({ schema, required }: Field, direction: Direction): Child {
  if (direction === 'answer') return !required && schema.default === undefined && 'may be absent';
  if (required) return markup`<strong>required</strong>`;
  if (schema.default === undefined) return 'optional';
  return markup`default <code>${JSON.stringify(schema.default)}</code>`;
}

/** A schema that is not an object has a type but no fields. */
function bareType(document: ApiDescription, node: Schema): Child {
  const schema = resolved(document, node);
  const facts = typeOf(document, schema);
  return facts.length > 0 && markup`<p>${joined(facts, ', ')}</p>`;
}

function typeOf(document: ApiDescription, schema: Schema): Child[] {
  const types = typeNames(document, schema).map((name) => markup`<code>${name}</code>`);
  return [...(types.length === 0 ? [] : [markup`${joined(types, ' or ')}`]), ...limitsOf(schema)];
}

function typeNames(document: ApiDescription, node: Schema): string[] {
  const schema = resolved(document, node);
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value));
  const alternatives = schema.anyOf ?? schema.oneOf ?? (schema.type === undefined ? schema.allOf : undefined);
  if (alternatives !== undefined) return [...new Set(alternatives.flatMap((one) => typeNames(document, one)))];
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => (type === 'array' ? arrayName(document, schema.items) : type));
}

function arrayName(document: ApiDescription, items: Schema | undefined): string {
  if (items === undefined) return 'array';
  if (items.$ref !== undefined) return `array of ${referenceName(items.$ref)}`;
  return `array of ${typeNames(document, items).join(' or ')}`;
}

function limitsOf(schema: Schema): string[] {
  return [
    schema.format,
    span(schema.minimum, schema.maximum, ''),
    span(schema.minLength, schema.maxLength, ' characters'),
    schema.pattern === undefined ? undefined : `matches ${schema.pattern}`,
  ].filter((limit) => limit !== undefined);
}

function span(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (least !== undefined) return `at least ${least}${unit}`;
  return most === undefined ? undefined : `at most ${most}${unit}`;
}

function meaning(schema: Schema): Child {
  const example = schema.example ?? schema.examples?.[0];
  return [
    schema.deprecated === true && markup`<span class="tag">deprecated</span> `,
    schema.description !== undefined && inline(schema.description),
    example !== undefined && note([markup`Example: <code>${JSON.stringify(example)}</code>`]),
  ];
}
