import { invalidRequest } from './refusal.ts';
import type { OAuth2Settings } from '../control/settings.ts';

/** The parameters of a request; an empty one counts as missing (RFC 6749 section 3.2). */
export type Parameters = ReadonlyMap<string, string>;

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/**
 * Reads the parameters of a form or a JSON body, whichever `accepted` allows.
 *
 * @throws Refusal with `invalid_request`
 */
export async function readParameters(request: Request, accepted: OAuth2Settings['body']): Promise<Parameters> {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  const text = await request.text();
  if (type === FORM && accepted !== 'json') return withValues(new URLSearchParams(text));
  if (type === JSON_TYPE && accepted !== 'form') return withValues(parseObject(text));
  const types = accepted === 'any' ? `${FORM} or ${JSON_TYPE}` : accepted === 'form' ? FORM : JSON_TYPE;
  throw invalidRequest(`The content type must be ${types}.`);
}

/**
 * The parameter's value.
 *
 * @throws Refusal with `invalid_request` if it is missing
 */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw invalidRequest(`The parameter ${name} is missing.`);
  return value;
}

function withValues(pairs: Iterable<readonly [name: string, value: unknown]>): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (typeof value !== 'string') throw invalidRequest(`The parameter ${name} is not a string.`);
    if (parameters.has(name)) throw invalidRequest(`The parameter ${name} is given more than once.`);
    parameters.set(name, value);
  }
  return new Map([...parameters].filter(([, value]) => value !== ''));
}

function parseObject(text: string): [name: string, value: unknown][] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalidRequest('The body is not JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidRequest('The body is not a JSON object.');
  }
  return Object.entries(body);
}
