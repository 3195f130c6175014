import { isIP } from 'node:net';
import type { ProviderSettings } from '../providers/families.ts';
import {
  type CorsOrigins,
  type LogLevel,
  parseCorsOrigins,
  parseLogLevel,
  parsePort,
  parseReturnUrls,
  parseShare,
  secondsBetween,
} from './values.ts';
import { type DatabaseConfig, parseDatabaseUrl } from './database-url.ts';
import { type JwtConfig, decideJwt } from './jwt-config.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { isLoopback, localUrl, parseUrl } from './urls.ts';

/** Everything that is decided by the environment. It can be shown: what is secret in it is a `Secret`. */
export interface Config {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Without a last slash. With port 0 it must be made anew by {@link localUrl} once the port is known. */
  readonly publicUrl: string;
  readonly database: DatabaseConfig;
  /** The folder for answers that the database refused. */
  readonly rescueFolder: string;
  readonly corsOrigins: CorsOrigins;
  /** Absent where no issuer is trusted; then only API keys let callers in. */
  readonly jwt?: JwtConfig;
  /** What each family of providers is configured by, with its clients' secrets. */
  readonly providers: ProviderSettings;
  /** Whose accounts the bookings API serves: those we make, or those that users link. */
  readonly bookings: 'managed' | 'oauth';
  /** Pages of the app that users may return to once they have linked an account; the first where none is named. */
  readonly returnUrls: readonly string[];
  readonly upstreamTimeoutMs: number;
  readonly callerWaitMs: number;
  /** How long a service that stops still serves. */
  readonly drainMs: number;
  readonly atoms: AtomsConfig;
  readonly upkeep: UpkeepConfig;
  readonly logLevel: LogLevel;
}

/** How long pages with Atoms go on from one access token to the next, in milliseconds. */
export interface AtomsConfig {
  /** After the token's end. */
  readonly graceMs: number;
  /** After the last call with a JWT or an API key for the token's user; 0 for not at all. */
  readonly chainMs: number;
}

/** What is done in the background. */
export interface UpkeepConfig {
  /** The share of a provider's limit that may be spent on renewing tokens ahead of need; 0 renews none. */
  readonly share: number;
  /** How long what has ended is remembered, in milliseconds. */
  readonly retentionMs: number;
  /** How long a grant is kept that only its user can repair, and one that nobody is connected to, in milliseconds. */
  readonly lostRetentionMs: number;
}

/** Applies defaults and refuses contradictions; what is wrong is noted in `settings`. */
export function decideConfig(settings: Settings): Omit<Config, 'providers'> {
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
    returnUrls: settings.read('EVERGRANT_RETURN_URLS', parseReturnUrls) ?? [],
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

/** Beside a SQLite file; a Postgres is elsewhere, and then the working directory is as good as any. */
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
