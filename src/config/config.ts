import { isIP } from 'node:net';
import type { ProviderSettings } from '../providers/families.ts';
import {
  type CorsOrigins,
  type LogLevel,
  parseCorsOrigins,
  parseLogLevel,
  parsePort,
  parseReturnSchemes,
  parseReturnUrls,
  parseShare,
  secondsBetween,
} from './values.ts';
import { type DatabaseConfig, parseDatabaseUrl } from './database-url.ts';
import { type JwtConfig, decideJwt } from './jwt-config.ts';
import type { OutgoingConfig } from './outgoing.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { isLoopback, localUrl, parseUrl } from './urls.ts';

/** Everything the environment configures. Safe to print: secrets are `Secret` objects. */
export interface Config {
  readonly host: string;
  /** 0 means any free port. */
  readonly port: number;
  /** Without a trailing slash. With port 0, replace it with {@link localUrl} once the port is known. */
  readonly publicUrl: string;
  readonly database: DatabaseConfig;
  /** The folder for answers that the database did not take. */
  readonly rescueFolder: string;
  readonly corsOrigins: CorsOrigins;
  /** Absent if no issuer is trusted; callers then need an API key. */
  readonly jwt?: JwtConfig;
  /** Settings of each provider family, including client secrets. */
  readonly providers: ProviderSettings;
  /** Which accounts the bookings API serves: managed users that we create, or accounts that users link. */
  readonly bookings: 'managed' | 'oauth';
  /** App pages that users may return to after linking an account; the first is the default. */
  readonly returnUrls: readonly string[];
  readonly upstreamTimeoutMs: number;
  readonly callerWaitMs: number;
  /** How long the service keeps serving after SIGTERM, in milliseconds. */
  readonly drainMs: number;
  readonly atoms: AtomsConfig;
  readonly upkeep: UpkeepConfig;
  /** How calls leave this machine; without a name if the operator gives none. */
  readonly outgoing: OutgoingConfig;
  readonly logLevel: LogLevel;
}

/** How long pages with Atoms can go from one access token to the next, in milliseconds. */
export interface AtomsConfig {
  /** Counted from the access token's expiry. */
  readonly graceMs: number;
  /** Counted from the last call with a JWT or an API key for the token's user; 0 disables it. */
  readonly chainMs: number;
}

/** Configures the background tasks. */
export interface UpkeepConfig {
  /** The share of a provider's rate limit that proactive renewal may use; 0 disables proactive renewal. */
  readonly share: number;
  /** How long ended records are kept, in milliseconds. */
  readonly retentionMs: number;
  /** How long to keep a grant that only its user can repair, or that has no connection, in milliseconds. */
  readonly lostRetentionMs: number;
}

/** Applies defaults and rejects contradictions. Problems are recorded in `settings`. */
export function decideConfig(settings: Settings): Omit<Config, 'providers' | 'outgoing'> {
  const host = settings.decide('EVERGRANT_HOST', parseHost);
  const port = settings.decide('EVERGRANT_PORT', parsePort);
  const database = settings.decide('EVERGRANT_DATABASE_URL', parseDatabaseUrl);
  const jwt = decideJwt(settings);
  return {
    host,
    port,
    publicUrl: decidePublicUrl(settings, host, port),
    database,
    rescueFolder: settings.read('EVERGRANT_RESCUE_DIR', (text) => text) ?? besides(database),
    corsOrigins: settings.read('EVERGRANT_CORS_ORIGINS', parseCorsOrigins) ?? [],
    ...(jwt !== undefined && { jwt }),
    bookings: decideBookings(settings),
    returnUrls: decideReturnUrls(settings),
    upstreamTimeoutMs: settings.decide('EVERGRANT_UPSTREAM_TIMEOUT', secondsBetween(1, 600)),
    callerWaitMs: settings.decide('EVERGRANT_CALLER_WAIT', secondsBetween(0.1, 600)),
    drainMs: settings.decide('EVERGRANT_DRAIN', secondsBetween(0, 600)),
    atoms: {
      graceMs: settings.decide('EVERGRANT_ATOMS_GRACE', secondsBetween(0, 2_592_000)),
      chainMs: settings.decide('EVERGRANT_ATOMS_CHAIN', secondsBetween(0, 31_536_000)),
    },
    upkeep: {
      share: settings.decide('EVERGRANT_UPKEEP_SHARE', parseShare),
      retentionMs: settings.decide('EVERGRANT_RETENTION', secondsBetween(86_400, 315_360_000)),
      lostRetentionMs: settings.decide('EVERGRANT_LOST_RETENTION', secondsBetween(86_400, 315_360_000)),
    },
    logLevel: settings.decide('EVERGRANT_LOG_LEVEL', parseLogLevel),
  };
}

function decideReturnUrls(settings: Settings): readonly string[] {
  const schemes = settings.read('EVERGRANT_RETURN_SCHEMES', parseReturnSchemes) ?? [];
  return settings.read('EVERGRANT_RETURN_URLS', (text) => parseReturnUrls(text, schemes)) ?? [];
}

/** Next to a SQLite file; for Postgres, which is elsewhere, in the working directory. */
function besides(database: DatabaseConfig): string {
  return database.kind === 'sqlite' ? `${database.path}-rescue` : './evergrant-rescue';
}

function decidePublicUrl(settings: Settings, host: string, port: number): string {
  const url = settings.read('EVERGRANT_PUBLIC_URL', parseUrl);
  if (url === undefined) {
    if (!isLoopback(host)) {
      settings.warnings.push(
        `EVERGRANT_PUBLIC_URL is not set, so browsers are sent to ${localUrl(host, port)}, which other machines may not reach.`,
      );
    }
    return localUrl(host, port);
  }
  if (url.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
    settings.warnings.push(
      'EVERGRANT_PUBLIC_URL is not https, so tokens travel unencrypted to whoever calls from outside.',
    );
  }
  return url;
}

function parseHost(text: string): string {
  if (isIP(text) !== 0 || /^[a-z\d](?:[a-z\d.-]{0,252})$/i.test(text)) return text;
  throw new Refusal(
    'is not a host',
    'Accepted: an IP address or a host name, without scheme and port, for example 0.0.0.0.',
  );
}

function decideBookings(settings: Settings): 'managed' | 'oauth' {
  const bookings = settings.decide('EVERGRANT_BOOKINGS', parseBookings);
  if (bookings === 'oauth' && !settings.has('CAL_COM_OAUTH_CLIENT_ID')) {
    settings.refuse(
      'EVERGRANT_BOOKINGS',
      'is oauth, but CAL_COM_OAUTH_CLIENT_ID is not set',
      'Set the id of your Cal.com OAuth client, or leave EVERGRANT_BOOKINGS at managed.',
    );
  }
  return bookings;
}

function parseBookings(text: string): 'managed' | 'oauth' {
  if (text === 'managed' || text === 'oauth') return text;
  throw new Refusal(
    'is not a kind of bookings',
    'Accepted: managed for accounts that the service makes, oauth for accounts that users link.',
  );
}
