import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Values } from '../../config/index.ts';

/** The folder that holds everything `evergrant dev` creates. */
export const DEV_FOLDER = '.evergrant';
/** The ports of the fake Cal.com and the fake Cronofy. */
export const DEV_CAL_PORT = 4010;
export const DEV_CRONOFY_PORT = 4020;

/** The clients that the sandbox knows from the start. */
export const SANDBOX_CAL_CLIENT = { id: 'sandbox-cal-client', secret: 'sandbox-cal-secret' };
export const SANDBOX_CAL_OAUTH_CLIENT = { id: 'sandbox-cal-oauth-client', secret: 'sandbox-cal-oauth-secret' };
export const SANDBOX_CRONOFY_CLIENT = { id: 'sandbox-cronofy-client', secret: 'sandbox-cronofy-secret' };

/** The base URLs of the fakes, without a trailing slash. */
export interface DevUpstreams {
  readonly calComUrl: string;
  readonly cronofyUrl: string;
}

const USUAL: DevUpstreams = {
  calComUrl: `http://127.0.0.1:${DEV_CAL_PORT}`,
  cronofyUrl: `http://127.0.0.1:${DEV_CRONOFY_PORT}`,
};

/**
 * Defaults of `evergrant dev` for variables that `environment` leaves unset. Creates the encryption key on first use.
 * Setting a client of your own selects the real provider.
 */
export function devDefaults(environment: Environment, { calComUrl, cronofyUrl }: DevUpstreams = USUAL): Values {
  const isSet = (name: string) => (environment[name] ?? '').trim() !== '';
  const port = isSet('EVERGRANT_PORT') ? environment['EVERGRANT_PORT'] : '4000';
  const publicUrl = isSet('EVERGRANT_PUBLIC_URL') ? environment['EVERGRANT_PUBLIC_URL'] : `http://127.0.0.1:${port}`;
  const isCalComReal = isSet('CAL_COM_CLIENT_ID') || isSet('CAL_COM_OAUTH_CLIENT_ID');
  return {
    EVERGRANT_DATABASE_URL: `sqlite:${join(DEV_FOLDER, 'evergrant.db')}`,
    EVERGRANT_ENCRYPTION_KEYS: keptSecret('encryption-keys', () => `dev:${randomBytes(32).toString('base64')}`),
    EVERGRANT_CORS_ORIGINS: '*',
    // There is no app to return to yet; this page explains how to continue.
    EVERGRANT_RETURN_URLS: `${publicUrl}/linked`,
    ...(isCalComReal ? {} : calComClients(calComUrl)),
    ...(isSet('CRONOFY_CLIENT_ID') ? {} : cronofyClient(cronofyUrl)),
  };
}

function calComClients(calComUrl: string): Values {
  return {
    CAL_COM_CLIENT_ID: SANDBOX_CAL_CLIENT.id,
    CAL_COM_CLIENT_SECRET: SANDBOX_CAL_CLIENT.secret,
    CAL_COM_OAUTH_CLIENT_ID: SANDBOX_CAL_OAUTH_CLIENT.id,
    CAL_COM_OAUTH_CLIENT_SECRET: SANDBOX_CAL_OAUTH_CLIENT.secret,
    CAL_COM_API_URL: `${calComUrl}/v2`,
    CAL_COM_APP_URL: calComUrl,
  };
}

function cronofyClient(cronofyUrl: string): Values {
  return {
    CRONOFY_CLIENT_ID: SANDBOX_CRONOFY_CLIENT.id,
    CRONOFY_CLIENT_SECRET: SANDBOX_CRONOFY_CLIENT.secret,
    CRONOFY_API_URL: cronofyUrl,
    CRONOFY_APP_URL: cronofyUrl,
    CRONOFY_MODE: 'oauth,managed',
  };
}

/** Returns the secret stored as `name` in the dev folder, creating it if there is none. */
function keptSecret(name: string, make: () => string): string {
  return readDevFile(name) ?? keep(name, make());
}

/** Writes a secret to `name` in the dev folder atomically, with mode 0600, replacing any older one. */
export function keep(name: string, secret: string): string {
  mkdirSync(DEV_FOLDER, { recursive: true, mode: 0o700 });
  // Two processes that start at once must not take each other's temporary file.
  const aside = join(DEV_FOLDER, `${name}.${process.pid}.part`);
  writeFileSync(aside, `${secret}\n`, { mode: 0o600, flush: true });
  renameSync(aside, join(DEV_FOLDER, name));
  return secret;
}

/** Reads a file in the dev folder; undefined if it is missing or empty. */
export function readDevFile(name: string): string | undefined {
  try {
    return readFileSync(join(DEV_FOLDER, name), 'utf8').trim() || undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
