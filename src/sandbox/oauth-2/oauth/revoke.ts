import type { OAuth2 } from '../oauth-2.ts';
import { required, type Parameters } from './parameters.ts';
import type { Client } from '../state/records.ts';
import { invalidGrant, Refusal } from './refusal.ts';
import { isLive } from '../../oauth/token-world.ts';

/**
 * Revokes a token (RFC 7009): a refresh token with its whole family, an access token alone. An unknown or dead token is
 * not an error unless `revoke_unknown_token` says so.
 *
 * @throws Refusal with `invalid_grant` for another client's token, or `invalid_token`
 */
export function revoke({ world, clock, settings }: OAuth2, client: Client, parameters: Parameters): void {
  const now = clock.now();
  const token = world.token(required(parameters, 'token'));
  const isRefused = settings.values.revoke_unknown_token === 'refuse';
  if (isRefused && (token === undefined || !isLive(token, now))) {
    throw new Refusal(400, 'invalid_token', 'The token is expired or revoked.');
  }
  if (token === undefined) return;
  const family = world.familyOf(token);
  if (family.clientId !== client.id) throw invalidGrant('The token was issued to another client.');
  if (!isLive(token, now)) return;
  if (token.kind === 'refresh') world.endFamily(family, 'revoked', now);
  else world.endToken(token, 'revoked', now);
}
