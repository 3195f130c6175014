import { isIP } from 'node:net';

import { type CorsOrigins, parseCorsOrigins } from './cors-origins.ts';
import { type DatabaseConfig, parseDatabaseUrl } from './database-url.ts';
import { type JwtConfig, decideJwt } from './jwt-config.ts';
import { type LogLevel, parseLogLevel } from './log-level.ts';
import { parsePort, parseShare, secondsBetween } from './numbers.ts';
import { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { isLoopback, localUrl, parseCalComApiUrl, parseSecureUrl, parseUrl } from './urls.ts';

/** Everything that is decided by the environment, without the secrets. It can be shown. */
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
  /** Absent where no Cal.com platform client is given. */
  readonly calCom?: CalComConfig;
  readonly upstreamTimeoutMs: number;
  readonly callerWaitMs: number;
  readonly atomsGraceMs: number;
  readonly upkeep: UpkeepConfig;
  readonly logLevel: LogLevel;
}

/** What is done in the background. */
export interface UpkeepConfig {
  /** The share of a provider's limit that may be spent on renewing tokens ahead of need; 0 renews none. */
  readonly share: number;
  /** How long what has ended is remembered, in milliseconds. */
  readonly retentionMs: number;
}

/** The Cal.com platform client; its secret is `Secrets.calComClientSecret`. */
export interface CalComConfig {
  readonly clientId: string;
  /** With the version, without a last slash. */
  readonly apiUrl: string;
  readonly appUrl: string;
}

/** Applies defaults and refuses contradictions; what is wrong is noted in `settings`. */
export function decideConfig(settings: Settings): Config {
  const host = settings.decide('EVERGRANT_HOST', parseHost);
  const port = settings.decide('EVERGRANT_PORT', parsePort);
  const database = settings.decide('EVERGRANT_DATABASE_URL', parseDatabaseUrl);
  const jwt = decideJwt(settings);
  const calCom = decideCalCom(settings);
  return {
    host,
    port,
    publicUrl: decidePublicUrl(settings, host, port),
    database,
    rescueFolder: settings.read('EVERGRANT_RESCUE_DIR', (text) => text) ?? besides(database),
    corsOrigins: settings.read('EVERGRANT_CORS_ORIGINS', parseCorsOrigins) ?? [],
    ...(jwt !== undefined && { jwt }),
    ...(calCom !== undefined && { calCom }),
    upstreamTimeoutMs: settings.decide('EVERGRANT_UPSTREAM_TIMEOUT', secondsBetween(1, 600)),
    callerWaitMs: settings.decide('EVERGRANT_CALLER_WAIT', secondsBetween(0.1, 600)),
    atomsGraceMs: settings.decide('EVERGRANT_ATOMS_GRACE', secondsBetween(0, 2_592_000)),
    upkeep: {
      share: settings.decide('EVERGRANT_UPKEEP_SHARE', parseShare),
      retentionMs: settings.decide('EVERGRANT_RETENTION', secondsBetween(86_400, 315_360_000)),
    },
    logLevel: settings.decide('EVERGRANT_LOG_LEVEL', parseLogLevel),
  };
}

/** Beside a SQLite file; a Postgres is elsewhere, and then the working directory is as good as any. */
function besides(database: DatabaseConfig): string {
  return database.kind === 'sqlite' ? `${database.path}-rescue` : './evergrant-rescue';
}

function decideCalCom(settings: Settings): CalComConfig | undefined {
  const clientId = settings.read('CAL_COM_CLIENT_ID', parseClientId);
  const apiUrl = settings.decide('CAL_COM_API_URL', parseCalComApiUrl);
  const appUrl = settings.decide('CAL_COM_APP_URL', parseSecureUrl);
  const [hasId, hasSecret] = [settings.has('CAL_COM_CLIENT_ID'), settings.has('CAL_COM_CLIENT_SECRET')];
  if (hasId !== hasSecret) {
    const [missing, present] = hasId
      ? ['CAL_COM_CLIENT_SECRET', 'CAL_COM_CLIENT_ID']
      : ['CAL_COM_CLIENT_ID', 'CAL_COM_CLIENT_SECRET'];
    settings.refuse(
      missing,
      `is not set, but ${present} is`,
      'Set both or neither; both are in the settings of your Cal.com platform client.',
    );
  }
  return clientId === undefined ? undefined : { clientId, apiUrl, appUrl };
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

function parseClientId(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text)) return text;
  throw new Refusal(
    'is not a client id',
    'Accepted: the client id as the settings of your Cal.com platform client show it.',
  );
}
