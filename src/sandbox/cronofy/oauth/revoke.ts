import type { Cronofy } from '../cronofy.ts';
import { textOf, type Parameters } from './parameters.ts';
import type { Authorization, Client } from '../state/records.ts';
import { tokenError } from './refusal.ts';
import { isLive } from '../../oauth/token-world.ts';

/**
 * Revokes a whole authorization, named by a live token of either kind or by `sub`; the token takes precedence. An
 * unknown token or `sub` is not an error (RFC 7009).
 *
 * @throws Refusal with `invalid_request` if neither is given and the setting says so
 */
export function revoke(cronofy: Cronofy, client: Client, parameters: Parameters): void {
  const { world, clock, settings } = cronofy;
  const { revoke_without_token } = settings.values;
  const token = textOf(parameters, 'token');
  const sub = textOf(parameters, 'sub');
  if (token === undefined && sub === undefined && revoke_without_token === 'refuse')
    throw tokenError('invalid_request');
  const stray = revoke_without_token === 'accept' ? textOf(parameters, 'refresh_token') : undefined;
  const authorization =
    token === undefined && sub !== undefined
      ? world.standingAuthorization(client, sub)
      : authorizationBehind(cronofy, client, token ?? stray);
  if (authorization !== undefined) world.endAuthorization(authorization, 'revoked', clock.now());
}

function authorizationBehind(
  { world, clock }: Cronofy,
  client: Client,
  presented: string | undefined,
): Authorization | undefined {
  const token = presented === undefined ? undefined : world.token(presented);
  if (token === undefined || !isLive(token, clock.now())) return undefined;
  const authorization = world.familyOf(token);
  return authorization.clientId === client.id ? authorization : undefined;
}
