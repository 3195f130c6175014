import { startCalCom, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { toAnswer, type Answer } from '../service/answer.ts';

export type { Answer };

export const CLIENT_ID = 'sandbox-cal-client';
export const SECRET = 'sandbox-cal-secret';
export const USERS = `/v2/oauth-clients/${CLIENT_ID}/users`;
export const REFRESH = `/v2/oauth/${CLIENT_ID}/refresh`;
export const ACCESS_TOKEN_CHECK = `/v2/provider/${CLIENT_ID}/access-token`;

export interface Call {
  body?: unknown;
  headers?: Record<string, string>;
  bearer?: string;
  /** false leaves the client's secret out. */
  secret?: string | false;
}

/** A sandbox of a test's own, with the words that tests use on it. */
export interface TestCalCom extends AsyncDisposable {
  readonly url: string;
  /** Calls the API; with the client's secret unless a bearer is given. */
  call: (method: string, path: string, call?: Call) => Promise<Answer>;
  /** Calls the control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Creates a managed user, and gives `data` of the answer. */
  createUser: (mailbox: string, more?: object) => Promise<any>;
  refresh: (refreshToken: string) => Promise<Answer>;
  forceRefresh: (userId: number) => Promise<Answer>;
  /** Asks whether an access token is good. */
  check: (accessToken: string) => Promise<Answer>;
  /** What the oracle says became of a token. */
  statusOf: (token: string) => Promise<string | undefined>;
  close: () => Promise<void>;
}

async function send(url: string, method: string, { body, headers = {}, bearer, secret }: Call): Promise<Answer> {
  const sent: Record<string, string> = { ...headers };
  if (bearer !== undefined) sent.authorization = `Bearer ${bearer}`;
  if (secret !== undefined && secret !== false) sent['x-cal-secret-key'] = secret;
  if (body !== undefined) sent['content-type'] ??= 'application/json';
  const response = await fetch(url, {
    method,
    headers: sent,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return toAnswer(response.status, response.headers, text);
}

/** Starts a fake Cal.com on a free port, without a rate limit unless the settings name one. */
export async function startForTest(settings: object = {}, options: Partial<SandboxOptions> = {}): Promise<TestCalCom> {
  const sandbox = await startCalCom({ port: 0, ...options });
  const cal = wordsFor(sandbox.url, () => sandbox.close());
  const set = await cal.control('PUT', '/settings', { rate_limit_per_minute: 0, ...settings });
  if (set.status !== 200) throw new Error(set.text);
  return cal;
}

/** The same words for a sandbox that runs elsewhere. */
export function wordsFor(url: string, close: () => Promise<void>): TestCalCom {
  const call = (method: string, path: string, options: Call = {}): Promise<Answer> =>
    send(url + path, method, { secret: options.bearer === undefined ? SECRET : false, ...options });
  const control = (method: string, path: string, body?: unknown): Promise<Answer> =>
    send(`${url}/__sandbox${path}`, method, { body });
  return {
    url,
    call,
    control,
    createUser: async (mailbox, more = {}) => {
      const answer = await call('POST', USERS, { body: { email: `${mailbox}@example.com`, name: mailbox, ...more } });
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.json.data;
    },
    refresh: (refreshToken) => call('POST', REFRESH, { body: { refreshToken } }),
    forceRefresh: (userId) => call('POST', `${USERS}/${userId}/force-refresh`),
    check: (accessToken) => call('GET', ACCESS_TOKEN_CHECK, { bearer: accessToken }),
    statusOf: async (token) => {
      const { json } = await control('GET', '/state');
      return json.tokens.find((one: any) => one.token === token)?.status;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
