import type { OAuth2 } from '../oauth-2.ts';
import type { Account } from '../state/records.ts';
import { Refusal } from '../oauth/refusal.ts';
import { splitScope } from '../../oauth/scopes.ts';
import { isLive } from '../../oauth/token-world.ts';

/**
 * The account of a live access token.
 *
 * @throws Refusal 401 or 403 (RFC 6750 section 3)
 */
export function accountOfBearer({ world, clock, settings }: OAuth2, headers: Headers): Account {
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer === undefined) {
    throw new Refusal(401, 'invalid_request', 'There is no bearer token.', { 'WWW-Authenticate': 'Bearer' });
  }
  const token = world.token(bearer);
  const account =
    token?.kind === 'access' && isLive(token, clock.now()) ? world.account(world.familyOf(token).sub) : undefined;
  if (token === undefined || account === undefined) {
    const challenge = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
    throw new Refusal(401, 'invalid_token', 'The access token is invalid, expired or revoked.', challenge);
  }
  const { userinfo_scope: scope } = settings.values;
  if (scope !== null && !splitScope(token.scope).includes(scope)) {
    const challenge = { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
    throw new Refusal(403, 'insufficient_scope', 'The access token lacks a scope.', challenge);
  }
  return account;
}
