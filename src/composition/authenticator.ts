import type { ApiKeyStore } from '../callers/api-key.ts';
import { createAuthenticator, type Authenticator } from '../callers/authenticator.ts';
import type { Config, Secrets } from '../config/index.ts';
import { outgoingOf } from './outgoing.ts';
import { systemClock } from './system-clock.ts';

/**
 * Who may call: the keys of this database, and JWTs as far as the configuration trusts them. The code for JWTs is loaded
 * only where it trusts any.
 *
 * @throws TypeError or RangeError if a configured key is unusable
 */
export async function buildAuthenticator({
  config,
  secrets: { jwtSecret: secret },
  apiKeys,
}: {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly apiKeys: ApiKeyStore;
}): Promise<Authenticator> {
  const { jwt } = config;
  const now = () => systemClock.now();
  const trust = jwt && { ...jwt, secret, fetch: fetchFor(config) };
  const jwts = trust && (await import('../callers/jwt/check-jwt.ts')).createJwtCheck(trust, now);
  return createAuthenticator({ jwts, apiKeys, now });
}

/** The HTTP client is loaded with the first request. */
function fetchFor(config: Config): (url: string, init: RequestInit) => Promise<Response> {
  let opening: Promise<ReturnType<typeof fetchFor>> | undefined;
  const open = async () => (await import('../oauth/outgoing-fetch.ts')).outgoingFetch(outgoingOf(config));
  return async (url, init) => (await (opening ??= open()))(url, init);
}
