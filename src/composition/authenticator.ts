import type { ApiKeyStore } from '../callers/api-key.ts';
import { createAuthenticator, type Authenticator } from '../callers/authenticator.ts';
import type { Config, Secrets } from '../config/index.ts';
import { systemClock } from './system-clock.ts';

/**
 * Who may call: the keys of this database, and JWTs as far as the configuration trusts them. The code for JWTs is loaded
 * only where it trusts any.
 *
 * @throws TypeError or RangeError if a configured key is unusable
 */
export async function buildAuthenticator({
  config: { jwt },
  secrets: { jwtSecret: secret },
  apiKeys,
}: {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly apiKeys: ApiKeyStore;
}): Promise<Authenticator> {
  const now = () => systemClock.now();
  const jwts = jwt && (await import('../callers/jwt/check-jwt.ts')).createJwtCheck({ ...jwt, secret }, now);
  return createAuthenticator({ jwts, apiKeys, now });
}
