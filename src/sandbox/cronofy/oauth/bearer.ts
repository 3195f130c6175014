import type { Cronofy } from '../cronofy.ts';
import type { Account, Authorization, Client } from '../state/records.ts';
import { Refusal } from './refusal.ts';
import { isLive } from '../../oauth/token-world.ts';

/**
 * The user of a live access token.
 *
 * @throws Refusal 401 (RFC 6750 section 3), or 429 if the client exceeds its rate limit
 */
export function authenticateUser(
  cronofy: Cronofy,
  headers: Headers,
): { account: Account; authorization: Authorization; client: Client } {
  const { world, clock, settings, limiter } = cronofy;
  const refused = unauthorized(cronofy, 'Bearer error="invalid_token"');
  const token = world.token(bearerOf(cronofy, headers));
  if (token?.kind !== 'access' || !isLive(token, clock.now())) throw refused;
  const authorization = world.familyOf(token);
  const account = world.account(authorization.sub);
  const client = world.clients.get(authorization.clientId);
  if (authorization.ended !== null || account === undefined || client === undefined) throw refused;
  limiter.count(client.id, settings.values, clock.now());
  return { account, authorization, client };
}

/** The client whose secret is the bearer token, for endpoints that servers call; throws as {@link authenticateUser}. */
export function authenticateApiKey(cronofy: Cronofy, headers: Headers): Client {
  const { world, clock, settings, limiter } = cronofy;
  const key = bearerOf(cronofy, headers);
  const client = world.clients.values().find(({ secret }) => secret === key);
  if (client === undefined) throw unauthorized(cronofy, 'Bearer error="invalid_token"');
  limiter.count(client.id, settings.values, clock.now());
  return client;
}

function bearerOf(cronofy: Cronofy, headers: Headers): string {
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer === undefined) throw unauthorized(cronofy, 'Bearer');
  return bearer;
}

function unauthorized({ settings }: Cronofy, challenge: string): Refusal {
  return new Refusal(401, null, settings.values.bearer_challenge === 'none' ? {} : { 'WWW-Authenticate': challenge });
}
