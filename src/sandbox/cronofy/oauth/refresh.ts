import { isRotationDue } from '../../control/rotation.ts';
import type { Cronofy } from '../cronofy.ts';
import type { Client } from '../state/records.ts';
import { tokenError } from './refusal.ts';
import { issue, type Issued } from './tokens.ts';
import { isExpired } from '../../oauth/token-world.ts';

/**
 * Handles `grant_type=refresh_token` (RFC 6749 section 6). A rotated refresh token is dead at once.
 *
 * @throws Refusal with `invalid_grant`
 */
export function refresh(cronofy: Cronofy, client: Client, presented: string): Issued {
  const { world, clock, settings } = cronofy;
  const now = clock.now();
  const { rotation, on_reuse, refresh_ends_access_tokens } = settings.values;
  const token = world.token(presented);
  if (token?.kind !== 'refresh') throw tokenError('invalid_grant');
  const authorization = world.familyOf(token);
  if (authorization.clientId !== client.id) throw tokenError('invalid_grant');
  if (token.ended?.why === 'rotated') {
    world.changeAuthorization(authorization, { reuseAttempts: authorization.reuseAttempts + 1 });
    if (on_reuse === 'revoke_family') world.endAuthorization(authorization, 'reused_family_revoked', now);
  }
  if (token.ended !== null || authorization.ended !== null || isExpired(token, now)) throw tokenError('invalid_grant');

  world.countUse(token);
  const isRotated = authorization.rotatesNext || isRotationDue(rotation, token.uses);
  world.changeAuthorization(authorization, { refreshes: authorization.refreshes + 1, rotatesNext: false });
  if (refresh_ends_access_tokens) {
    const others = world.liveTokens(authorization, now).filter(({ kind }) => kind === 'access');
    for (const other of others) world.endToken(other, 'superseded', now);
  }
  if (isRotated) world.endToken(token, 'rotated', now);
  return {
    authorization,
    access: issue(cronofy, 'access', authorization),
    refresh: isRotated ? issue(cronofy, 'refresh', authorization) : token,
  };
}
