import type { OAuth2 } from '../oauth-2.ts';
import type { OAuth2Settings } from '../control/settings.ts';
import type { Parameters } from './parameters.ts';
import type { Client } from '../state/records.ts';
import { invalidRequest, Refusal } from './refusal.ts';

interface Presented {
  id: string;
  secret: string | undefined;
  method: 'body' | 'basic' | 'basic_plain' | 'basic_and_id' | 'none';
}

/**
 * Authenticates the client of a request (RFC 6749 section 2.3).
 *
 * @throws Refusal with `invalid_client`, or with `invalid_request` if it names no client or authenticates in two ways
 */
export function authenticateClient({ world, settings }: OAuth2, headers: Headers, parameters: Parameters): Client {
  const { client_auth, invalid_client_status } = settings.values;
  const authorization = headers.get('authorization');
  const refused = (description: string): Refusal => {
    const challenged = authorization !== null && invalid_client_status === 401;
    const challenge = { 'WWW-Authenticate': 'Basic realm="sandbox"' };
    return new Refusal(invalid_client_status, 'invalid_client', description, challenged ? challenge : {});
  };

  const presented = authorization === null ? inBody(parameters) : inHeader(authorization, parameters, client_auth);
  if (presented === undefined) throw refused('The Authorization header is not one of HTTP Basic.');
  const { id, secret, method } = presented;
  const client = world.clients.get(id);
  if (client === undefined) throw refused('There is no such client.');
  if (client.secret === null) {
    if (method !== 'none') throw refused('This client has no secret.');
    return client;
  }
  if (client_auth === 'any' ? method === 'none' : method !== client_auth) {
    throw refused(`The client may not authenticate this way: ${method}.`);
  }
  if (method !== 'none' && secret !== client.secret) throw refused('The client secret is wrong.');
  return client;
}

function inBody(parameters: Parameters): Presented {
  const id = parameters.get('client_id');
  if (id === undefined) throw invalidRequest('The request names no client.');
  const secret = parameters.get('client_secret');
  return { id, secret, method: secret === undefined ? 'none' : 'body' };
}

function inHeader(
  authorization: string,
  parameters: Parameters,
  expected: OAuth2Settings['client_auth'],
): Presented | undefined {
  if (parameters.has('client_secret')) throw invalidRequest('The client authenticates in two ways.');
  const encoded = /^basic +(\S+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const pair = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8'));
  const decode = expected === 'basic_plain' ? (text: string | undefined) => text : formDecoded;
  const [id, secret] = [decode(pair?.[1]), decode(pair?.[2])];
  if (id === undefined || secret === undefined) return undefined;
  if ((parameters.get('client_id') ?? id) !== id) throw invalidRequest('The request names two clients.');
  const isNamedTwice = expected === 'basic_and_id' && parameters.has('client_id');
  return { id, secret, method: isNamedTwice ? 'basic_and_id' : expected === 'basic_plain' ? expected : 'basic' };
}

function formDecoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
