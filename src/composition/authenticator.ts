import type { ApiKeyStore } from '../callers/api-key.ts';
import { createAuthenticator, type Authenticator } from '../callers/authenticator.ts';
import type { Config, Secrets } from '../config/index.ts';
import { systemClock } from './system-clock.ts';

/** Who may call: the keys of this database, and JWTs as far as the configuration trusts them. */
export function buildAuthenticator({
  config: { jwt },
  secrets: { jwtSecret: secret },
  apiKeys,
}: {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly apiKeys: ApiKeyStore;
}): Authenticator {
  return createAuthenticator({ jwt: jwt && { ...jwt, secret }, apiKeys, now: () => systemClock.now() });
}
