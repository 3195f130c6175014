import type { CalCom } from '../cal-com.ts';
import { forbidden, unauthorized } from '../api/exceptions.ts';
import type { User } from '../state/records.ts';
import { refusalForScope } from './scopes.ts';
import { isOAuthToken } from './tokens.ts';

/**
 * Whose third-party access token this is; undefined where it is none at all. Throws the 401 that a dead one gets, which
 * is never a 498, and the 403 for one whose scopes don't reach.
 * @param required the scopes that the endpoint declares; undefined where it declares none
 */
export function authenticateOAuthToken(
  cal: CalCom,
  presented: string,
  required: readonly string[] | undefined,
): User | undefined {
  const token = cal.world.token(presented);
  if (token === undefined || !isOAuthToken(token)) return undefined;
  const user = cal.world.user(token.userId);
  const isLive = token.kind === 'access' && token.fate === 'live' && token.expiresAt > cal.clock.now();
  if (!isLive || user === undefined) throw unauthorized('Invalid Access Token.');
  const refusal = refusalForScope(token.scopes, required);
  if (refusal !== undefined) throw forbidden(refusal);
  if (token.uses === 0) cal.world.countUse(token);
  return user;
}
