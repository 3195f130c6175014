import type { CalCom } from '../cal-com.ts';
import { tokenExpired, unauthorized } from './exceptions.ts';
import { authenticateOAuthToken } from '../oauth/bearer.ts';
import { isOriginAllowed } from './origin.ts';
import type { OAuthClient, Token, User } from '../state/records.ts';

/**
 * Finds whose access token this is, or throws what Cal.com API v2 answers. The signature is never looked at. A third
 * party's token speaks for no client that manages users, and its origin is not looked at.
 * @param scopes what a third party's token must have; undefined where the endpoint is closed to those with scopes
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
  // Only the first use makes a difference (it is what puts a token into Cal.com's cache), so only that one is a change.
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
  // A cache that still vouches for a deleted token lets it pass the first check and fail the second.
  const isCached = token.fate === 'deleted' && token.uses > 0 && token.expiresAt > now;
  if (cal.settings.values.stale_cache_401 && isCached) throw clientNotFound();
  throw unauthorized('Invalid Access Token.');
}

function clientNotFound() {
  return unauthorized('ApiAuthStrategy - access token - OAuth client not found given the access token');
}
