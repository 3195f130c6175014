import type { CalCom } from '../cal-com.ts';
import { forbidden, unauthorized } from '../api/exceptions.ts';
import type { User } from '../state/records.ts';
import { refusalForScope } from './scopes.ts';
import { isOAuthToken } from './tokens.ts';

/**
 * The user of a third party's access token; undefined if it is not such a token.
 * @param required the scopes the endpoint declares; undefined if it declares none
 * @throws CalException 401, never 498, for a dead token; 403 if its scopes do not suffice
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

/**
 * The user of a third party's access token at the older endpoints of the app, which take it as the header's second word
 * and want this one legacy scope; undefined if it is none, or dead.
 */
export function userOfAppToken(cal: CalCom, authorization: string | null, scope: string): User | undefined {
  const token = cal.world.token(authorization?.split(' ')[1] ?? '');
  const isLive = token?.kind === 'access' && token.fate === 'live' && token.expiresAt > cal.clock.now();
  return isLive && isOAuthToken(token) && token.scopes.includes(scope) ? cal.world.user(token.userId) : undefined;
}
