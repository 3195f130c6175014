import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { call, retryAfterMs, type Answer } from './service/answer.ts';
import { jwt } from './service/credentials.ts';
import { startServiceProcesses, type ServiceProcess } from './service/start-service-process.ts';
import { startSandbox, type Sandbox, type UpstreamCall } from './service/start-sandbox.ts';
import { environment, newFolder, readRows, TOKEN_PATH, type Environment } from './service/start-service.ts';

/** Services in processes of their own, on one database, in front of one sandbox. */
export interface Scene extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly services: readonly ServiceProcess[];
  readonly env: Environment;
  /** In a folder of the scene's own; where the database is a Postgres, no such file exists. */
  readonly databasePath: string;
  /** Asks the service of that number for a user's token. */
  ask(service: number, subject: string, body?: object): Promise<Answer>;
  /** Rows of the database, read past the services; `null` where they come from a Postgres as they do from SQLite. */
  rows(sql: string): Promise<any[]>;
  /** Ends the life of every access token, here and at Cal.com. */
  expireAll(): Promise<void>;
}

export interface SceneOptions {
  readonly instances?: number;
  readonly env?: Environment;
  readonly settings?: object;
  /** Default: a SQLite file in a folder of its own. */
  readonly postgres?: PostgresLocation;
  /** Default: a new folder, removed at the end. */
  readonly databasePath?: string;
}

/** One Postgres database by two ways: as the services reach it, and past all trouble. */
export interface PostgresLocation {
  readonly url: string;
  /** Default: the same. */
  readonly directUrl?: string;
}

/** Starts all of it. */
export async function newScene(options: SceneOptions = {}): Promise<Scene> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(newFolder());
  const databasePath = options.databasePath ?? folder.databasePath;
  const sandbox = started.use(await startSandbox(options.settings));
  const env = {
    ...environment(sandbox.url, databasePath),
    ...(options.postgres === undefined
      ? {}
      : { EVERGRANT_DATABASE_URL: options.postgres.url, EVERGRANT_RESCUE_DIR: `${databasePath}-rescue` }),
    ...options.env,
  };
  const pool = options.postgres && started.use(openPool(options.postgres));
  const { all: services } = started.use(await startServiceProcesses(options.instances ?? 1, env));
  const parts = started.move();
  return {
    sandbox,
    services,
    env,
    databasePath,
    ask: askingOf(services),
    rows: async (sql) => (pool === undefined ? readRows(databasePath, sql) : (await pool.query(sql)).rows),
    expireAll: async () => {
      const expire = 'update credentials set expires_at = 0 where ended_at is null';
      if (pool === undefined) writeTo(databasePath, expire);
      else await pool.query(expire);
      await sandbox.control('POST', '/tokens/expire', { all: true });
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The same scene with other services. */
export function withServices(scene: Scene, services: readonly ServiceProcess[]): Scene {
  return { ...scene, services, ask: askingOf(services) };
}

function askingOf(services: readonly ServiceProcess[]): Scene['ask'] {
  return (service, subject, body = {}) =>
    call((services[service]?.url ?? '') + TOKEN_PATH, 'POST', { bearer: longLivedJwt(subject), body });
}

/** Good from two hours ago until tomorrow, so that a service whose clock is wrong takes it too. */
function longLivedJwt(subject: string): string {
  const now = Math.floor(Date.now() / 1000);
  return jwt(subject, { iat: now - 2 * 3_600, exp: now + 24 * 3_600 });
}

function writeTo(databasePath: string, sql: string): void {
  using database = new DatabaseSync(databasePath, { timeout: 10_000 });
  database.exec(sql);
}

function openPool({ url, directUrl = url }: PostgresLocation) {
  const pool = new Pool({ connectionString: directUrl, max: 2 });
  // The server is crashed on purpose.
  pool.on('error', () => undefined);
  return { query: (sql: string) => pool.query(sql), [Symbol.asyncDispose]: () => pool.end() };
}

/** Asks again until it is served, as often as told to, but no longer than `patienceMs`; gives the last answer. */
export async function untilServed(ask: () => Promise<Answer>, patienceMs: number): Promise<Answer> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer.status === 200 || performance.now() > giveUpAt) return answer;
    await sleep(answer.headers.has('retry-after') ? Math.min(retryAfterMs(answer), 1_000) : 200);
  }
}

/** Resolves when so many of these calls have arrived upstream. */
export async function arrived(sandbox: Sandbox, kind: UpstreamCall, count: number): Promise<void> {
  await until(async () => (await sandbox.count(kind)) >= count, `${count} ${kind} calls should have arrived`);
}

/** Resolves when it is so; rejects after `patienceMs`. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string, patienceMs = 20_000): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`It never came to pass: ${what}`);
    await sleep(20);
  }
}
