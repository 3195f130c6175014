import type { ApiKeyStore } from '../callers/api-key.ts';
import { createAuthenticator, type Authenticator } from '../callers/authenticator.ts';
import type { Config, Secrets } from '../config/index.ts';
import { buildProviders } from '../providers/families.ts';
import type { Provider } from '../providers/provider.ts';
import type { DatabaseLocation } from '../stores/database/location.ts';
import type { Vault } from '../stores/vault/vault.ts';
import { systemClock } from './system-clock.ts';

/**
 * The location of the configured database.
 *
 * @throws Error if Postgres is configured and its URL is missing
 */
export function databaseLocation({ database }: Config, { databaseUrl }: Secrets): DatabaseLocation {
  if (database.kind === 'sqlite') return database;
  if (databaseUrl === undefined) throw new Error('A Postgres database without its URL.');
  return { kind: 'postgres', url: databaseUrl };
}

/** Builds the authenticator: the API keys of this database, and JWTs as far as the configuration trusts them. */
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

/** The dependencies of {@link openProviders}. */
export interface OpenProvidersOptions {
  readonly config: Config;
  readonly vault: Vault;
}

/** Builds all configured providers. */
export function openProviders({ config, vault }: OpenProvidersOptions): Promise<readonly Provider[]> {
  return buildProviders(config.providers, {
    upstreamTimeoutMs: config.upstreamTimeoutMs,
    now: () => systemClock.now(),
    subjectProofs: (subject) => vault.subjectProofs(subject),
  });
}
