import { referenceName, resolved, type ApiDescription, type Parameter, type Schema } from './description.ts';
import { inline, joined, markup, table, type Child, type Markup } from './markup.ts';

/** One line of a table of fields. */
interface Field {
  /** Such as `errors[].field`. */
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** Requests say what is required and what it is otherwise; answers say only what may be absent. */
export type Direction = 'request' | 'answer';

/** The fields of a body as a table, those of inner objects with their whole path. */
export function fieldsTable(
  document: ApiDescription,
  schema: Schema,
  direction: Direction,
  label: string,
): Markup | undefined {
  const fields = fieldsOf(document, schema);
  if (fields.length === 0) return bareType(document, schema);
  const rows = fields.map((field) => [
    markup`<code>${field.path}</code>${presence(field, direction)}`,
    typeCell(document, field.schema),
    meaning(field.schema),
  ]);
  return table(label, ['Field', 'Type', 'Meaning'], rows);
}

/** Path, query and header parameters as a table. */
export function parametersTable(document: ApiDescription, parameters: readonly Parameter[], label: string): Markup {
  const rows = parameters.map((parameter) => {
    const schema = { ...resolved(document, parameter.schema ?? {}), ...described(parameter) };
    const field = { path: parameter.name ?? '', schema, required: parameter.required ?? false };
    return [
      markup`<code>${field.path}</code>${presence(field, 'request')}`,
      parameter.in ?? '',
      typeCell(document, schema),
      meaning(schema),
    ];
  });
  return table(label, ['Parameter', 'In', 'Type', 'Meaning'], rows);
}

/** A body to start from: what is required, what has a default and what has an example. */
export function exampleOf(document: ApiDescription, node: Schema, within: readonly string[] = []): unknown {
  const schema = resolved(document, node);
  const known = schema.example ?? schema.examples?.[0] ?? schema.default ?? schema.const ?? schema.enum?.[0];
  if (known !== undefined) return known;
  const alternative = schema.allOf?.[0] ?? schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (alternative !== undefined) return exampleOf(document, alternative, within);
  return exampleByType(document, schema, node.$ref === undefined ? within : [...within, node.$ref]);
}

function exampleByType(document: ApiDescription, schema: Schema, within: readonly string[]): unknown {
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0];
  if (type !== 'object') return samples(schema).get(type) ?? null;
  return Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(([name, property]) => isShown(document, schema, name, property, within))
      .map(([name, property]) => [name, exampleOf(document, property, within)]),
  );
}

function samples({ minimum = 0 }: Schema): Map<string | undefined, unknown> {
  return new Map<string, unknown>([
    ['string', '...'],
    ['boolean', false],
    ['integer', minimum],
    ['number', minimum],
    ['array', []],
  ]);
}

function isShown(
  document: ApiDescription,
  parent: Schema,
  name: string,
  property: Schema,
  within: readonly string[],
): boolean {
  if (property.$ref !== undefined && within.includes(property.$ref)) return false;
  const { example, default: otherwise } = resolved(document, property);
  return parent.required?.includes(name) === true || example !== undefined || otherwise !== undefined;
}

function described({ description, example }: Parameter): Schema {
  return {
    ...(description === undefined ? {} : { description }),
    ...(example === undefined ? {} : { example }),
  };
}

/** @param within the references on the way here: what contains itself is not entered again */
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

function presence({ schema, required }: Field, direction: Direction): Child {
  if (direction === 'answer') return !required && schema.default === undefined && note('may be absent');
  if (required) return markup`<span class="note required">required</span>`;
  if (schema.default === undefined) return note('optional');
  return markup`<span class="note">default <code>${JSON.stringify(schema.default)}</code></span>`;
}

function note(text: string): Markup {
  return markup`<span class="note">${text}</span>`;
}

function bareType(document: ApiDescription, schema: Schema): Markup | undefined {
  const types = typeNames(document, schema);
  return types.length === 0 ? undefined : markup`<p>${typeCell(document, resolved(document, schema))}</p>`;
}

function typeCell(document: ApiDescription, schema: Schema): Child {
  const types = typeNames(document, schema).map((name) => markup`<code>${name}</code>`);
  const limits = limitsOf(schema).map((limit) => note(limit));
  return [...joined(types, ' or '), ...limits];
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
  if (least !== undefined && most !== undefined) return `${grouped(least)} to ${grouped(most)}${unit}`;
  if (least !== undefined) return `at least ${grouped(least)}${unit}`;
  return most === undefined ? undefined : `at most ${grouped(most)}${unit}`;
}

/** Thin spaces group the digits from five on, whatever the locale of the process. */
function grouped(value: number): string {
  const text = String(value);
  return /^-?\d{5,15}$/.test(text) ? text.replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, '\u202f') : text;
}

function meaning(schema: Schema): Child {
  const example = schema.example ?? schema.examples?.[0];
  return [
    schema.deprecated === true && markup`<span class="note required">deprecated</span> `,
    schema.description !== undefined && inline(schema.description),
    example !== undefined && markup`<span class="note">Example: <code>${JSON.stringify(example)}</code></span>`,
  ];
}
