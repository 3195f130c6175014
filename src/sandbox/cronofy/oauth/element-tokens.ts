import type { Cronofy } from '../cronofy.ts';
import { textOf, type Parameters } from './parameters.ts';
import type { Client } from '../state/records.ts';
import { unprocessable } from './refusal.ts';
import { newTokenValue } from './tokens.ts';

const LIFETIME_SECONDS = 64_800;
const PERMISSIONS = ['agenda', 'account_management', 'availability', 'managed_availability'];

/**
 * `POST /v1/element_tokens`: a token for a web page, bound to its origin and to some accounts.
 *
 * @throws Refusal 422
 */
export function elementToken({ world, clock }: Cronofy, client: Client, parameters: Parameters): object {
  const permissions = textsOf(parameters, 'permissions');
  const subs = textsOf(parameters, 'subs') ?? [];
  const origin = textOf(parameters, 'origin');
  if (textOf(parameters, 'version') !== '1') throw unprocessable('version', 'invalid', 'version must be "1"');
  if (permissions === undefined || permissions.length === 0) {
    throw unprocessable('permissions', 'required', 'permissions must be given');
  }
  const unknown = permissions.find((permission) => !PERMISSIONS.includes(permission));
  if (unknown !== undefined) throw unprocessable('permissions', 'invalid', `${unknown} is not a permission`);
  if (origin === undefined) throw unprocessable('origin', 'required', 'origin must be given');
  if (!isOrigin(origin)) throw unprocessable('origin', 'invalid', 'origin must be a scheme and a host, nothing more');
  const stranger = subs.find((sub) => world.standingAuthorization(client, sub) === undefined);
  if (stranger !== undefined)
    throw unprocessable('subs', 'not_found', `${stranger} has not authorized this application`);

  const value = newTokenValue();
  const expiresAt = clock.now() + LIFETIME_SECONDS * 1000;
  world.addElementToken({ value, clientId: client.id, permissions, subs, origin, expiresAt });
  return { element_token: { permissions, origin, token: value, expires_in: LIFETIME_SECONDS } };
}

/** A list of texts; undefined if it is missing. Throws 422 if it is anything else. */
function textsOf(parameters: Parameters, name: string): string[] | undefined {
  const value = parameters.get(name);
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw unprocessable(name, 'invalid', `${name} must be a list of strings`);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
