import { authenticateAccessToken } from './access-token.ts';
import type { CalCom } from '../cal-com.ts';
import { unauthorized } from './exceptions.ts';
import type { OAuthClient, User } from '../state/records.ts';

/** The authenticated caller. `client` is undefined for an API key or a third party's token. */
export interface Caller {
  user: User;
  client: OAuthClient | undefined;
  method: 'client_secret' | 'access_token' | 'api_key';
}

/** What an endpoint requires of its callers. */
export interface Endpoint {
  /** The `{clientId}` in the path, which takes precedence over the header. */
  clientId?: string;
  /** The scopes a third party's token needs; left out if the endpoint rejects scoped tokens. */
  scopes?: readonly string[];
}

/**
 * Authenticates a request in the order of Cal.com API v2: client id and secret first, then the bearer token.
 *
 * @throws CalException 401 or 403
 */
export function authenticate(cal: CalCom, headers: Headers, endpoint: Endpoint = {}): Caller {
  const clientId = endpoint.clientId ?? given(headers, 'x-cal-client-id');
  const secret = given(headers, 'x-cal-secret-key');
  const bearer = given(headers, 'authorization')?.replace('Bearer ', '');
  if (clientId !== undefined && secret !== undefined) return authenticateClient(cal, clientId, secret);
  if (bearer !== undefined) return authenticateBearer(cal, bearer, given(headers, 'origin'), endpoint.scopes);
  if (clientId !== undefined) {
    throw refusal(
      "Only 'x-cal-client-id' header provided. Please also provide 'x-cal-secret-key' header or Auth bearer token as 'Authentication' header",
    );
  }
  if (secret !== undefined) {
    throw refusal(
      "Only 'x-cal-secret-key' header provided. Please also provide 'x-cal-client-id' header or Auth bearer token as 'Authentication' header",
    );
  }
  throw refusal(
    "No authentication method provided. Either pass an API key as 'Bearer' header or OAuth client credentials as 'x-cal-secret-key' and 'x-cal-client-id' headers",
  );
}

function given(headers: Headers, name: string): string | undefined {
  const value = headers.get(name);
  return value === null || value === '' ? undefined : value;
}

function authenticateClient(cal: CalCom, clientId: string, secret: string): Caller {
  const client = cal.world.clients.get(clientId);
  if (client === undefined) throw refusal(`oAuth client - Client with ID ${clientId} not found`);
  if (client.secret !== secret) throw refusal('oAuth client - Invalid client secret');
  const user = cal.world.user(client.ownerId);
  if (user === undefined) throw refusal('oAuth client - No owner ID found for this OAuth client');
  return { user, client, method: 'client_secret' };
}

function authenticateBearer(
  cal: CalCom,
  bearer: string,
  origin: string | undefined,
  scopes: readonly string[] | undefined,
): Caller {
  if (!bearer.startsWith('cal_')) {
    return { ...authenticateAccessToken(cal, bearer, origin, scopes), method: 'access_token' };
  }
  const user = cal.world.user(cal.world.apiKeys.get(bearer) ?? 0);
  if (user === undefined) throw refusal('api key - Your api key is not valid');
  return { user, client: undefined, method: 'api_key' };
}

function refusal(text: string) {
  return unauthorized(`ApiAuthStrategy - ${text}`);
}
