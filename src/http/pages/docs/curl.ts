import type { ApiDescription, Content, Operation, Parameter, Schema } from './openapi-description.ts';
import { exampleOf } from './example.ts';
import { credentialHeader, schemeNamed, TOKEN } from './security.ts';

/** A curl command to paste, with the operation's first authentication method and an example body. */
export function curlLine(document: ApiDescription, operation: Operation): string {
  const method = operation.method === 'get' ? '' : `-X ${operation.method.toUpperCase()} `;
  return [
    `curl ${method}${singleQuoted(url(document, operation))}`,
    ...credentialArguments(document, operation),
    ...operation.parameters
      .filter((parameter) => parameter.in === 'header' && parameter.required === true)
      .map((parameter) => `-H ${singleQuoted(`${parameter.name ?? ''}: ${valueOf(document, parameter)}`)}`),
    ...bodyArguments(document, operation.body?.content),
  ].join(' \\\n  ');
}

function url(document: ApiDescription, { path, parameters }: Operation): string {
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required === true)
    .map(
      (parameter) => `${encodeURIComponent(parameter.name ?? '')}=${encodeURIComponent(valueOf(document, parameter))}`,
    );
  const server = document.servers?.[0]?.url.replace(/\/$/, '') ?? '';
  return `${server}${filledIn(document, path, parameters)}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** A path with its parameters' examples filled in, since curl would read braces as a pattern. */
function filledIn(document: ApiDescription, path: string, parameters: readonly Parameter[]): string {
  return path.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    const parameter = parameters.find((each) => each.in === 'path' && each.name === name);
    return encodeURIComponent(parameter === undefined ? name : valueOf(document, parameter));
  });
}

function credentialArguments(document: ApiDescription, operation: Operation): string[] {
  return Object.keys(operation.security[0] ?? {}).flatMap((name) => {
    const header = credentialHeader(schemeNamed(document, name));
    if (header === undefined) return [];
    // The shell must expand the token and nothing else in this header.
    const fixed = `${header.name}: ${header.value.slice(0, -TOKEN.length)}`;
    return [`-H "${fixed.replaceAll(/["$`\\]/g, '\\$&')}${TOKEN}"`];
  });
}

function bodyArguments(document: ApiDescription, content: Content | undefined): string[] {
  const [mediaType, body] = Object.entries(content ?? {})[0] ?? [];
  if (mediaType === undefined || body === undefined) return [];
  const example = body.example ?? exampleOf(document, body.schema ?? {});
  return [`-H ${singleQuoted(`Content-Type: ${mediaType}`)}`, `-d ${singleQuoted(JSON.stringify(example ?? {}))}`];
}

function valueOf(document: ApiDescription, parameter: Parameter): string {
  const schema: Schema = parameter.schema ?? {};
  const value = parameter.example ?? exampleOf(document, schema);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Quotes text for a POSIX shell. */
function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
