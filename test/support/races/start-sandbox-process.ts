import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundle, COMPILE_CACHE } from '../bundle.ts';
import { CLIENT_ID } from '../service/start-sandbox.ts';

const PROGRAM = await bundle(new URL('sandbox-in-child.ts', import.meta.url));

/** How often Cal.com was asked for tokens, by what was asked; whatever asks for none is `other`. */
export interface Asked {
  readonly create: number;
  readonly refresh: number;
  readonly forceRefresh: number;
  readonly other: number;
}

export const ASKED_NOTHING: Asked = { create: 0, refresh: 0, forceRefresh: 0, other: 0 };

/** A fake Cal.com in a process of its own, so that counting there costs the callers no time. */
export interface SandboxProcess extends AsyncDisposable {
  readonly url: string;
  /** Changes the named settings. */
  set(settings: object): Promise<void>;
  /** Ends the life of every access token. */
  expireAll(): Promise<void>;
  /** Begins a new count. */
  forgetCalls(): Promise<void>;
  /** Every call that has arrived since the count began, whatever was answered. */
  asked(): Promise<Asked>;
  /** How many calls were answered 429 since the count began. */
  refusals(): Promise<number>;
  /** The access tokens that Cal.com accepts now, each with its user's e-mail. */
  liveTokens(): Promise<ReadonlyMap<string, string>>;
}

/** Starts it without a rate limit. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    exited.then(() => undefined),
  ]);
  if (url === undefined) throw new Error('The sandbox ended before it listened.');
  const control = (method: string, path: string, body?: object) => send(`${url}/__sandbox${path}`, method, body);
  await control('PUT', '/settings', { rate_limit_per_minute: 0 });
  return {
    url,
    set: async (settings) => {
      await control('PUT', '/settings', settings);
    },
    expireAll: async () => {
      await control('POST', '/tokens/expire', { all: true });
    },
    forgetCalls: async () => {
      await control('DELETE', '/journal');
    },
    asked: async () => count(await control('GET', '/journal')),
    refusals: async () => {
      const journal: any[] = await control('GET', '/journal');
      return journal.filter(({ status }) => status === 429).length;
    },
    liveTokens: async () => owners(await control('GET', '/state')),
    [Symbol.asyncDispose]: kill,
  };
}

async function send(url: string, method: string, body?: object): Promise<any> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${text}`);
  // A journal that no longer holds everything cannot be counted.
  if (response.headers.has('x-sandbox-journal-forgotten')) throw new Error('The journal has forgotten calls.');
  return text === '' ? undefined : JSON.parse(text);
}

function count(journal: readonly any[]): Asked {
  const kinds = Map.groupBy(journal, ({ method, path }) => kindOf(`${method} ${path}`));
  const of = (kind: keyof Asked) => kinds.get(kind)?.length ?? 0;
  return { create: of('create'), refresh: of('refresh'), forceRefresh: of('forceRefresh'), other: of('other') };
}

function kindOf(call: string): keyof Asked {
  if (call === `POST /v2/oauth-clients/${CLIENT_ID}/users`) return 'create';
  if (call === `POST /v2/oauth/${CLIENT_ID}/refresh`) return 'refresh';
  return call.endsWith('/force-refresh') ? 'forceRefresh' : 'other';
}

function owners({ accounts, tokens }: any): ReadonlyMap<string, string> {
  const emails = new Map<number, string>(accounts.map(({ id, email }: any) => [id, email]));
  const live = tokens.filter(({ kind, status }: any) => kind === 'access' && status === 'live');
  return new Map(live.map(({ token, user_id }: any) => [token, emails.get(user_id) ?? '']));
}
