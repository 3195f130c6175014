import { startCalCom } from '../../../src/sandbox/index.ts';

export const CLIENT_ID = 'sandbox-cal-client';
export const CLIENT_SECRET = 'sandbox-cal-secret';

/** The three calls that ask Cal.com for tokens. */
export type UpstreamCall = 'create' | 'refresh' | 'force-refresh';

const CALLS: Record<UpstreamCall, string> = {
  create: `/v2/oauth-clients/${CLIENT_ID}/users`,
  refresh: `/v2/oauth/${CLIENT_ID}/refresh`,
  'force-refresh': `/v2/oauth-clients/${CLIENT_ID}/users/*/force-refresh`,
};
/** Users that the sandbox has from the start have lower ids. */
const LAST_SEEDED_ID = 1000;

/** A fake Cal.com over HTTP, with the words that tests use on it. */
export interface Sandbox extends AsyncDisposable {
  readonly url: string;
  control(method: string, path: string, body?: unknown): Promise<any>;
  /** Arranges a fault for one of the calls, or for everything; `times` null until cleared. */
  fault(call: UpstreamCall | '*', fault: object, times?: number | null): Promise<void>;
  clearFaults(): Promise<void>;
  journal(): Promise<any[]>;
  /** How often a call has arrived, whatever was answered. */
  count(call: UpstreamCall): Promise<number>;
  /** The users that were made since the start. */
  users(): Promise<any[]>;
  /** What the sandbox says became of a token: live, expired, used, deleted, purged. */
  fateOf(token: string): Promise<string | undefined>;
  /** The status of `GET /v2/me` with this access token. */
  me(accessToken: string): Promise<{ status: number; json: any }>;
  /** A call as the platform client itself. */
  asClient(method: string, path: string, body?: unknown): Promise<{ status: number; json: any }>;
  /** Lets Cal.com forget a user. */
  deleteUser(id: number): Promise<void>;
}

/** Starts a sandbox on a free port, without a rate limit unless the settings name one. */
export async function startSandbox(settings: object = {}): Promise<Sandbox> {
  const running = await startCalCom({ port: 0 });
  const { url } = running;
  const control = async (method: string, path: string, body?: unknown): Promise<any> => {
    const { status, json } = await send(`${url}/__sandbox${path}`, method, {}, body);
    if (status >= 400) throw new Error(`${method} ${path} of the sandbox: ${JSON.stringify(json)}`);
    return json;
  };
  await control('PUT', '/settings', { rate_limit_per_minute: 0, ...settings });
  const asClient = (method: string, path: string, body?: unknown) =>
    send(url + path, method, { 'x-cal-secret-key': CLIENT_SECRET, 'x-cal-client-id': CLIENT_ID }, body);
  const journal = (): Promise<any[]> => control('GET', '/journal');
  return {
    url,
    control,
    fault: async (call, fault, times = null) => {
      const match = call === '*' ? { path: '*' } : { method: 'POST', path: CALLS[call] };
      await control('POST', '/faults', { match, times, fault });
    },
    clearFaults: async () => {
      await control('DELETE', '/faults');
    },
    journal,
    count: async (call) => {
      const path = new RegExp(`^${CALLS[call].replace('*', String.raw`\d+`)}$`);
      return (await journal()).filter((entry) => entry.method === 'POST' && path.test(entry.path)).length;
    },
    users: async () => (await control('GET', '/state')).accounts.filter(({ id }: any) => id > LAST_SEEDED_ID),
    fateOf: async (token) =>
      (await control('GET', '/state')).tokens.find((each: any) => each.token === token)?.status as string | undefined,
    me: (accessToken) => send(`${url}/v2/me`, 'GET', { authorization: `Bearer ${accessToken}` }),
    asClient,
    deleteUser: async (id) => {
      const { status, json } = await asClient('DELETE', `/v2/oauth-clients/${CLIENT_ID}/users/${id}`);
      if (status !== 200) throw new Error(JSON.stringify(json));
    },
    [Symbol.asyncDispose]: () => running.close(),
  };
}

async function send(url: string, method: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? undefined : JSON.parse(text) };
}
