import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Writable } from 'node:stream';
import { pino, type LoggerOptions } from 'pino';
import { type ApiKeyInput, mintApiKey } from '../../../src/callers/api-key.ts';
import { loadConfig } from '../../../src/config/index.ts';
import { createEvergrant, type Evergrant } from '../../../src/composition/evergrant.ts';
import { listen } from '../../../src/http/server/serve.ts';
import { call, type Answer, type Call } from './answer.ts';
import { JWT_SECRET, newKeyRing } from './credentials.ts';
import { CLIENT_ID, CLIENT_SECRET, startSandbox, type Sandbox } from './start-sandbox.ts';

export const TOKEN_PATH = '/api/v1/bookings/token/refresh/';
export const CONFIG_PATH = '/api/v1/bookings/config/';
export const USER_PATH = '/api/v1/bookings/user/';
export const ATOMS_PATH = '/api/v1/bookings/atoms/refresh/';

export type Environment = Record<string, string>;

/** A folder for one database, removed at the end. */
export interface Folder extends Disposable {
  readonly databasePath: string;
}

export function newFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'evergrant-e2e-'));
  return {
    databasePath: join(path, 'evergrant.db'),
    [Symbol.dispose]: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The environment of a service in front of a sandbox. */
export function environment(sandboxUrl: string, databasePath: string, more: Environment = {}): Environment {
  return {
    EVERGRANT_PORT: '0',
    EVERGRANT_DATABASE_URL: `sqlite:${databasePath}`,
    EVERGRANT_ENCRYPTION_KEYS: newKeyRing(),
    EVERGRANT_JWT_SECRET: JWT_SECRET,
    EVERGRANT_LOG_LEVEL: 'trace',
    CAL_COM_CLIENT_ID: CLIENT_ID,
    CAL_COM_CLIENT_SECRET: CLIENT_SECRET,
    CAL_COM_API_URL: `${sandboxUrl}/v2`,
    CAL_COM_APP_URL: sandboxUrl,
    ...more,
  };
}

/** One service on a port of its own, in this process. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly env: Environment;
  readonly databasePath: string;
  readonly evergrant: Evergrant;
  /** Every line logged so far. */
  readonly logs: string[];
  /** Every call of the logger so far, with what it was given as it was given. */
  readonly logged: unknown[];
  call(method: string, path: string, call?: Call): Promise<Answer>;
  /** `POST /api/v1/bookings/token/refresh/` as this caller. */
  token(bearer: string, body?: object, headers?: Record<string, string>): Promise<Answer>;
  /** A new API key. */
  key(input: ApiKeyInput): Promise<string>;
  revokeKey(key: string): Promise<void>;
  /** Makes every stored access token look as if it ended a second ago, here alone or at Cal.com too. */
  expire(where?: 'here' | 'everywhere'): Promise<void>;
  /** Rows of the database, read by another connection. */
  rows(sql: string): any[];
  /** Stops the service and leaves its database and sandbox alone. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly env?: Environment;
  readonly settings?: object;
  /** Default: a sandbox of its own, which ends with the service. */
  readonly sandbox?: Sandbox;
  /** Default: a new one, removed with the service. */
  readonly databasePath?: string;
}

/** Starts sandbox and service, wired as the command would. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  await using started = new AsyncDisposableStack();
  const sandbox = options.sandbox ?? started.use(await startSandbox(options.settings));
  const databasePath = options.databasePath ?? started.use(newFolder()).databasePath;
  const env = environment(sandbox.url, databasePath, options.env);
  const logs: string[] = [];
  const logged: unknown[] = [];
  const { config, secrets } = loadConfig(env);
  const listening = await listen({ host: '127.0.0.1', port: 0 });
  started.defer(() => listening.close());
  const { publicUrl } = env['EVERGRANT_PUBLIC_URL'] === undefined ? { publicUrl: listening.url } : config;
  const evergrant = await createEvergrant({
    config: { ...config, publicUrl },
    secrets,
    logger: pino({ level: 'trace', hooks: { logMethod: keepingIn(logged) } }, collect(logs)),
  });
  started.use(evergrant);
  listening.serve(evergrant);
  const send = (method: string, path: string, what?: Call) => call(listening.url + path, method, what);
  const all = started.move();
  const stop = async () => {
    await all.disposeAsync();
  };
  return {
    url: listening.url,
    sandbox,
    env,
    databasePath,
    evergrant,
    logs,
    logged,
    call: send,
    token: (bearer, body = {}, headers = {}) => send('POST', TOKEN_PATH, { bearer, body, headers }),
    key: async (input) => {
      const { key, record } = mintApiKey(input, Date.now());
      await evergrant.apiKeys.add(record);
      return key.reveal();
    },
    revokeKey: async (key) => {
      const id = /^evg_[a-z]+_([a-z0-9]{8})_/.exec(key)?.[1] ?? '';
      await evergrant.apiKeys.revoke(id, Date.now());
    },
    expire: async (where = 'everywhere') => {
      expireStored(databasePath);
      if (where === 'everywhere') await sandbox.control('POST', '/tokens/expire', { all: true });
    },
    rows: (sql) => readRows(databasePath, sql),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Makes every stored access token look as if it ended a second ago. */
export function expireStored(databasePath: string): void {
  using database = new DatabaseSync(databasePath, { timeout: 10_000 });
  database.prepare('update credentials set expires_at = ? where ended_at is null').run(Date.now() - 1000);
}

export function readRows(databasePath: string, sql: string): any[] {
  using database = new DatabaseSync(databasePath, { timeout: 10_000, readOnly: true });
  return database.prepare(sql).all();
}

function keepingIn(logged: unknown[]): NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> {
  return function (given, log) {
    logged.push(given);
    log.apply(this, given);
  };
}

function collect(lines: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString('utf8'));
      done();
    },
  });
}
