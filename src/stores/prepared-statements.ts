import type { PoolClient } from 'pg';

/** Statements with lists of many lengths are many; those beyond this number are parsed each time. */
const MOST_STATEMENTS = 256;
const LONGEST_TEXT = 4_000;

const names = new Map<string, string>();

/** Makes a connection prepare every statement that has parameters, so that the server parses and plans it but once. */
export function prepareStatements(client: PoolClient): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  const prepared = (text: unknown, values: unknown, ...rest: unknown[]): unknown => {
    const name = Array.isArray(values) && values.length > 0 ? nameOf(text) : undefined;
    return name === undefined ? query(text, values, ...rest) : query({ name, text, values }, ...rest);
  };
  client.query = prepared as typeof client.query;
}

function nameOf(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > LONGEST_TEXT) return undefined;
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_STATEMENTS) return known;
  const name = `evergrant-${names.size + 1}`;
  names.set(text, name);
  return name;
}
