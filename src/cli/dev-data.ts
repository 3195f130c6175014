import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Values } from '../config/index.ts';

/** Where `evergrant dev` keeps everything it makes. */
export const DEV_FOLDER = '.evergrant';
/** Where `evergrant dev` puts the fake Cal.com. */
export const DEV_CAL_PORT = 4010;

/** The client that the sandbox knows from its start. */
export const SANDBOX_CAL_CLIENT = { id: 'sandbox-cal-client', secret: 'sandbox-cal-secret' };

/**
 * What `evergrant dev` uses where `environment` is silent; makes the encryption key at the first call. Whoever brings a
 * client of their own means the real Cal.com.
 */
export function devDefaults(environment: Environment, calComUrl = `http://127.0.0.1:${DEV_CAL_PORT}`): Values {
  const isReal = (environment['CAL_COM_CLIENT_ID'] ?? '').trim() !== '';
  return {
    EVERGRANT_DATABASE_URL: `sqlite:${join(DEV_FOLDER, 'evergrant.db')}`,
    EVERGRANT_ENCRYPTION_KEYS: keptSecret('encryption-keys', () => `dev:${randomBytes(32).toString('base64')}`),
    EVERGRANT_CORS_ORIGINS: '*',
    ...(isReal ? {} : sandboxClient(calComUrl)),
  };
}

function sandboxClient(calComUrl: string): Values {
  return {
    CAL_COM_CLIENT_ID: SANDBOX_CAL_CLIENT.id,
    CAL_COM_CLIENT_SECRET: SANDBOX_CAL_CLIENT.secret,
    CAL_COM_API_URL: `${calComUrl}/v2`,
    CAL_COM_APP_URL: calComUrl,
  };
}

/** The secret kept under `name` in the dev folder, made and stored where there is none yet. */
export function keptSecret(name: string, make: () => string): string {
  return readDevFile(name) ?? keep(name, make());
}

/** Stores a secret under `name` in the dev folder with mode 0600, whole or not at all, in place of an older one. */
export function keep(name: string, secret: string): string {
  mkdirSync(DEV_FOLDER, { recursive: true, mode: 0o700 });
  const aside = join(DEV_FOLDER, `${name}.part`);
  writeFileSync(aside, `${secret}\n`, { mode: 0o600, flush: true });
  renameSync(aside, join(DEV_FOLDER, name));
  return secret;
}

/** The text of a file in the dev folder; undefined where there is none, or nothing in it. */
export function readDevFile(name: string): string | undefined {
  try {
    return readFileSync(join(DEV_FOLDER, name), 'utf8').trim() || undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
