import type { CalCom } from '../cal-com.ts';
import { tokenExpired, unauthorized } from './exceptions.ts';
import { authenticateOAuthToken } from '../oauth/bearer.ts';
import { isOriginAllowed } from './origin.ts';
import type { OAuthClient, Token, User } from '../state/records.ts';

/**
 * Finds the user an access token belongs to, or throws the error of Cal.com API v2. The signature is not checked. A
 * third party's token has no managing client, and its origin is not checked.
 * @param scopes the scopes a third party's token needs; undefined if the endpoint rejects scoped tokens
 * @throws CalException
 */
export function authenticateAccessToken(
  cal: CalCom,
  presented: string,
  origin: string | undefined,
  scopes: readonly string[] | undefined,
): { user: User; client: OAuthClient | undefined } {
  const consented = authenticateOAuthToken(cal, presented, scopes);
  if (consented !== undefined) return { user: consented, client: undefined };
  const token = validAccessToken(cal, presented);
  const client = cal.world.clients.get(token.clientId);
  if (client === undefined) throw clientNotFound();
  if (origin !== undefined && !isOriginAllowed(origin, client.redirectUris)) {
    throw unauthorized(
      `ApiAuthStrategy - access token - Invalid request origin - please open https://app.cal.com/settings/platform and add the origin '${origin}' to the 'Redirect uris' of your OAuth client with ID '${client.id}'`,
    );
  }
  const user = cal.world.user(token.userId);
  if (user === undefined) {
    throw unauthorized('ApiAuthStrategy - access token - User associated with the access token not found.');
  }
  // Only the first use changes the state, since it puts the token into Cal.com's cache.
  if (token.uses === 0) cal.world.countUse(token);
  return { user, client };
}

function validAccessToken(cal: CalCom, presented: string): Token {
  const token = cal.world.token(presented);
  const now = cal.clock.now();
  if (token?.kind !== 'access') throw unauthorized('Invalid Access Token.');
  if (token.fate === 'live') {
    if (token.expiresAt <= now) throw tokenExpired();
    return token;
  }
  // A cached but deleted token passes the first check and fails the second.
  const isCached = token.fate === 'deleted' && token.uses > 0 && token.expiresAt > now;
  if (cal.settings.values.stale_cache_401 && isCached) throw clientNotFound();
  throw unauthorized('Invalid Access Token.');
}

function clientNotFound() {
  return unauthorized('ApiAuthStrategy - access token - OAuth client not found given the access token');
}
