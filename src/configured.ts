import type { ApiKeyStore } from './callers/api-key.ts';
import { createAuthenticator, type Authenticator } from './callers/authenticate.ts';
import type { Config, Secrets } from './config/index.ts';
import { configuredProviders } from './providers/index.ts';
import { READY_TITLES } from './providers/oauth-2/ready/index.ts';
import type { Provider } from './providers/provider.ts';
import type { DatabaseLocation } from './stores/index.ts';
import type { Vault } from './stores/vault.ts';
import { systemClock } from './system-clock.ts';

/** Where the configuration says that things are kept. */
export function databaseLocation({ database }: Config, { databaseUrl }: Secrets): DatabaseLocation {
  if (database.kind === 'sqlite') return database;
  if (databaseUrl === undefined) throw new Error('A Postgres database without its URL.');
  return { kind: 'postgres', url: databaseUrl };
}

/** Who may call: the keys of this database, and JWTs as far as the configuration trusts them. */
export function configuredAuthenticator({
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

/** Of one application, whatever it does. */
const CRONOFY_REQUESTS_PER_MINUTE = 500;

/** What the providers of a configuration are made of. */
export interface ConfiguredProvidersOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly vault: Vault;
}

/** Every provider that the configuration names. */
export function configuredProvidersOf({ config, secrets, vault }: ConfiguredProvidersOptions): Provider[] {
  const { calCom, calComOAuth, cronofy } = config;
  const common = { upstreamTimeoutMs: config.upstreamTimeoutMs, now: () => systemClock.now() };
  const { calComClientSecret, calComOAuthClientSecret, cronofyClientSecret } = secrets;
  const cronofyOptions =
    cronofy && cronofyClientSecret
      ? {
          ...common,
          ...cronofy,
          clientSecret: cronofyClientSecret,
          requestsPerMinute: CRONOFY_REQUESTS_PER_MINUTE / cronofy.modes.length,
        }
      : undefined;
  return configuredProviders({
    'cal-com-managed':
      calCom && calComClientSecret
        ? {
            ...common,
            clientId: calCom.clientId,
            clientSecret: calComClientSecret,
            apiUrl: calCom.apiUrl,
            subjectProofs: (subject) => vault.subjectProofs(subject),
          }
        : undefined,
    'cal-com': calComOAuth && { ...common, ...calComOAuth, clientSecret: calComOAuthClientSecret },
    oauth2: config.oauth2.map((definition) => ({
      ...common,
      definition,
      title: READY_TITLES[definition.name],
      clientSettings: `client_id and client_secret_env of "${definition.name}" in the file of EVERGRANT_PROVIDERS`,
      clientSecret: secrets.oauth2ClientSecrets[definition.name],
    })),
    cronofy: cronofy?.modes.includes('oauth') ? cronofyOptions : undefined,
    'cronofy-managed': cronofy?.modes.includes('managed') ? cronofyOptions : undefined,
  });
}
