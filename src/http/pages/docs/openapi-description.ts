/** The parts of an OpenAPI 3.1 document that the page reads. */
export interface ApiDescription {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly servers?: readonly { readonly url: string; readonly description?: string }[];
  readonly tags?: readonly { readonly name: string; readonly description?: string }[];
  readonly security?: readonly SecurityRequirement[];
  readonly paths?: Readonly<Record<string, PathItem>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
  };
}

/** Security schemes that are required together, by name. */
export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

/** One way to authenticate. */
export interface SecurityScheme extends Reference {
  readonly type?: string;
  readonly description?: string;
  readonly name?: string;
  readonly in?: string;
  readonly scheme?: string;
}

/** The operations of a path. */
export type PathItem = { readonly parameters?: readonly Parameter[] } & {
  readonly [method in Method]?: OperationDescription;
};

/** The methods of OpenAPI, in the page's order. */
const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace'] as const;

/** A method of OpenAPI. */
export type Method = (typeof METHODS)[number];

/** An operation as written in the document. */
export interface OperationDescription {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly tags?: readonly string[];
  readonly security?: readonly SecurityRequirement[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses?: Readonly<Record<string, Answer>>;
}

/** A path, query or header parameter. */
export interface Parameter extends Reference {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
  readonly example?: unknown;
}

/** A request body. */
export interface RequestBody extends Reference {
  readonly description?: string;
  readonly required?: boolean;
  readonly content?: Content;
}

/** The response for one status. */
export interface Answer extends Reference {
  readonly description?: string;
  readonly content?: Content;
}

/** Bodies by media type. */
export type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;

/** The parts of a JSON Schema that the page reads. */
export interface Schema extends Reference {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly deprecated?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** May be replaced by a reference to another place in the document. */
export interface Reference {
  readonly $ref?: string;
}

/** An operation with everything the document says about it elsewhere. */
export interface Operation {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly security: readonly SecurityRequirement[];
  readonly parameters: readonly Parameter[];
  readonly body: RequestBody | undefined;
  readonly answers: readonly (Answer & { readonly status: string })[];
}

/** A tag and its operations. */
export interface OperationGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly operations: readonly Operation[];
}

const UNTAGGED = 'Other';
const MOST_HOPS = 16;

/** Follows `$ref` within the document. As in OpenAPI 3.1, members next to `$ref` override those of its target. */
export function resolved<Node extends Reference>(document: ApiDescription, node: Node): Node {
  let current = node;
  for (let hops = 0; current.$ref !== undefined && hops < MOST_HOPS; hops++) {
    const { $ref, ...beside } = current;
    current = { ...(at(document, $ref) as Node), ...beside };
  }
  return current;
}

/** The last part of a `$ref`, which names its target. */
export function referenceName(reference: string): string {
  return unescapedPointer(reference.slice(reference.lastIndexOf('/') + 1));
}

/**
 * Groups operations by tag: declared tags first, in the document's order, then others in order of appearance.
 * Operations are in the order of paths.
 */
export function operationGroups(document: ApiDescription): OperationGroup[] {
  const tags = document.tags ?? [];
  const byTag = new Map<string, Operation[]>(tags.map(({ name }) => [name, []]));
  for (const [tag, operation] of taggedOperations(document)) {
    const operations = byTag.get(tag);
    if (operations === undefined) byTag.set(tag, [operation]);
    else operations.push(operation);
  }
  return [...byTag]
    .filter(([, operations]) => operations.length > 0)
    .map(([name, operations]) => ({
      id: `tag-${slug(name)}`,
      name,
      description: tags.find((tag) => tag.name === name)?.description,
      operations,
    }));
}

/** Turns text into a part of an anchor. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Each operation belongs to its first tag only, so that it appears once. */
function taggedOperations(document: ApiDescription): [tag: string, operation: Operation][] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method): [string, Operation][] => {
      const described = item[method];
      if (described === undefined) return [];
      return [[described.tags?.[0] ?? UNTAGGED, operationOf(document, path, item, method, described)]];
    }),
  );
}

function operationOf(
  document: ApiDescription,
  path: string,
  item: PathItem,
  method: Method,
  described: OperationDescription,
): Operation {
  const { requestBody } = described;
  return {
    id: `op-${slug(described.operationId ?? `${method}-${path}`)}`,
    method,
    path,
    title: described.summary ?? path,
    description: described.description,
    deprecated: described.deprecated ?? false,
    security: described.security ?? document.security ?? [],
    parameters: parametersOf(document, item, described),
    body: requestBody === undefined ? undefined : resolved(document, requestBody),
    answers: Object.entries(described.responses ?? {}).map(([status, answer]) => ({
      ...resolved(document, answer),
      status,
    })),
  };
}

/** An operation's own parameter replaces the path's parameter of the same name and location. */
function parametersOf(document: ApiDescription, item: PathItem, described: OperationDescription): Parameter[] {
  const all = [...(item.parameters ?? []), ...(described.parameters ?? [])];
  const byPlace = new Map<string, Parameter>();
  for (const parameter of all.map((one) => resolved(document, one))) {
    byPlace.set(JSON.stringify([parameter.in, parameter.name]), parameter);
  }
  return [...byPlace.values()];
}

/** @returns an empty object if `reference` has no target, so that one bad reference does not break the page */
function at(document: ApiDescription, reference: string): object {
  let place: unknown = document;
  for (const part of reference.split('/').slice(1)) {
    if (typeof place !== 'object' || place === null) return {};
    place = (place as Record<string, unknown>)[unescapedPointer(part)];
  }
  return typeof place === 'object' && place !== null ? place : {};
}

/** Decodes one segment of a JSON pointer (RFC 6901). */
function unescapedPointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
