import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { JWT_SECRET } from '../../test/support/service/credentials.ts';
import { beforeLeaving } from './before-leaving.ts';
import type { BenchDatabase } from './databases.ts';

/** The provider's name in the configuration of every bench. */
export const PROVIDER = 'instant';
/** Where the service hands out that provider's tokens. */
export const TOKEN_PATH = `/api/v1/connections/${PROVIDER}/token/`;
/** This checkout. */
export const HERE = resolve(import.meta.dirname, '../..');

/** What seals the tokens of the benches. */
export const KEY = createHash('sha256').update('bench').digest('base64');

/** What an Evergrant of some checkout is to run on. */
export interface EvergrantOptions {
  /** The checkout: a folder with `src/cli/main.ts` and `node_modules`. */
  readonly checkout: string;
  readonly database: BenchDatabase;
  readonly providerUrl: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** A service in a process of its own. */
export interface EvergrantProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** From starting it to the line that says where it listens, in milliseconds. */
  readonly startedInMs: number;
}

/**
 * Starts a service; its log goes to a file of its folder.
 *
 * @throws Error with what it logged where it ends before it serves
 */
export async function startEvergrant(options: EvergrantOptions): Promise<EvergrantProcess> {
  const begun = performance.now();
  const log = join(options.database.folder, 'log');
  const child = run(options, ['serve'], openSync(log, 'a'));
  const exited = once(child, 'exit');
  const kill = beforeLeaving(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  });
  const line = await Promise.race([
    once(createInterface(child.stdout!), 'line').then(([text]) => String(text)),
    exited.then(() => undefined),
  ]);
  const url = /http:\/\/[^ ]+/.exec(line ?? '')?.[0];
  if (url === undefined)
    throw new Error(`The service of ${options.checkout} does not start.\n${readFileSync(log, 'utf8')}`);
  return {
    url,
    pid: child.pid ?? 0,
    startedInMs: performance.now() - begun,
    [Symbol.asyncDispose]: async () => {
      kill();
      await exited;
    },
  };
}

/** Gives these subjects a grant each, with the first refresh token that the instant provider takes of them. */
export async function importGrants(options: EvergrantOptions, subjects: readonly string[]): Promise<void> {
  const file = join(options.database.folder, 'tokens.jsonl');
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const lines = subjects.map((subject) =>
    JSON.stringify({
      subject,
      provider: PROVIDER,
      access_token: `a.${subject}.0`,
      refresh_token: `r.${subject}.0`,
      expires_at,
    }),
  );
  writeFileSync(file, lines.join('\n'), { mode: 0o600 });
  const child = run(options, ['import', file, '--json'], 'ignore');
  child.stdout?.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`Importing into ${options.checkout} ended with ${code ?? 'a signal'}.`);
}

function run({ checkout, database, providerUrl, more }: EvergrantOptions, args: string[], log: number | 'ignore') {
  return spawn(process.execPath, [join(checkout, 'src/cli/main.ts'), ...args], {
    cwd: database.folder,
    env: {
      PATH: process.env['PATH'],
      EVERGRANT_PORT: '0',
      EVERGRANT_DATABASE_URL: database.url,
      EVERGRANT_RESCUE_DIR: join(database.folder, 'rescue'),
      EVERGRANT_ENCRYPTION_KEYS: `bench:${KEY}`,
      EVERGRANT_JWT_SECRET: JWT_SECRET,
      EVERGRANT_PROVIDERS: providersFile(database.folder, providerUrl),
      ...more,
    },
    stdio: ['ignore', 'pipe', log],
  });
}

function providersFile(folder: string, providerUrl: string): string {
  const path = join(folder, 'providers.json');
  const provider = {
    client_id: 'bench',
    client_auth: 'none',
    token_url: `${providerUrl}/token`,
    // More than any machine asks for: the brake is not what is measured.
    requests_per_minute: 60_000_000,
  };
  writeFileSync(path, JSON.stringify({ [PROVIDER]: provider }));
  return path;
}
