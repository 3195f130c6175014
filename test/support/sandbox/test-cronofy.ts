import { startCronofy, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { toAnswer, type Answer } from '../service/answer.ts';

export type { Answer };

export const CLIENT = { client_id: 'sandbox-cronofy-client', client_secret: 'sandbox-cronofy-secret' };
export const OTHER_CLIENT = {
  client_id: 'sandbox-cronofy-other-client',
  client_secret: 'sandbox-cronofy-other-secret',
};
export const REDIRECT_URI = 'https://app.example.com/cronofy/callback?tenant=a%20b';

/** One of the people that are there at the start. */
export function seeded(digit: 1 | 2 | 3 | 4): { sub: string; profileId: string } {
  return { sub: `acc_${String(digit).padStart(24, '0')}`, profileId: `pro_${String(digit).padStart(24, '0')}` };
}

/** What `POST /__sandbox/accounts` gives of one account. */
export interface LinkedAccount {
  sub: string;
  email: string;
  profile_id: string;
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

/** A browser: it follows no redirect and keeps its cookie. */
export interface TestBrowser {
  /** Opens the consent page. */
  open: (parameters?: Record<string, string>) => Promise<Answer>;
  /** Posts the consent page's form; gives the address that the browser is sent to. */
  decide: (fields: Record<string, string>, parameters?: Record<string, string>) => Promise<URL>;
  /** Allows, as one of the people of the start. */
  allow: (person: 1 | 2 | 3 | 4, parameters?: Record<string, string>) => Promise<string>;
}

/** A sandbox of a test's own, with the words that tests use on it. */
export interface TestCronofy extends AsyncDisposable {
  readonly url: string;
  send: (method: string, path: string, headers?: Record<string, string>, body?: string) => Promise<Answer>;
  /** Posts JSON as the ordinary client, unless `client_id` is among the fields. */
  post: (path: string, fields: object, headers?: Record<string, string>) => Promise<Answer>;
  refresh: (refreshToken: string) => Promise<Answer>;
  redeem: (code: string, fields?: object) => Promise<Answer>;
  /** Calls `/v1` with a bearer; with a body it is a POST. */
  v1: (path: string, bearer: string, body?: object) => Promise<Answer>;
  browser: () => TestBrowser;
  /** Calls the control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Answer>;
  set: (settings: object) => Promise<void>;
  advance: (seconds: number) => Promise<void>;
  /** Has an account hold tokens without a browser. */
  link: (body?: object) => Promise<LinkedAccount>;
  /** What the oracle says of one account. */
  account: (sub: string) => Promise<any>;
  /** `live`, or why the token died. */
  fateOf: (sub: string, token: string) => Promise<string | undefined>;
  close: () => Promise<void>;
}

async function send(url: string, method: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return toAnswer(response.status, response.headers, text);
}

function openBrowser(url: string): TestBrowser {
  let cookie: string | undefined;
  const address = (parameters: Record<string, string> = {}): string => {
    const query = {
      response_type: 'code',
      client_id: CLIENT.client_id,
      redirect_uri: REDIRECT_URI,
      scope: 'read_events create_event',
      ...parameters,
    };
    return `${url}/oauth/authorize?${new URLSearchParams(query).toString()}`;
  };
  const cookies = (): Record<string, string> => (cookie === undefined ? {} : { cookie });
  const decide: TestBrowser['decide'] = async (fields, parameters) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = new URLSearchParams(fields).toString();
    const { status, headers, text } = await send(address(parameters), 'POST', { ...type, ...cookies() }, form);
    cookie = headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const location = headers.get('location');
    if (status !== 302 || location === null) throw new Error(`${status} ${text}`);
    return new URL(location);
  };
  return {
    open: (parameters) => send(address(parameters), 'GET', cookies()),
    decide,
    allow: async (person, parameters) => {
      const location = await decide({ profile_id: seeded(person).profileId, decision: 'allow' }, parameters);
      const code = location.searchParams.get('code');
      if (code === null) throw new Error(location.href);
      return code;
    },
  };
}

/** Starts a fake Cronofy on a free port, without its rate limits unless a setting says otherwise. */
export async function startForTest(settings: object = {}, options: Partial<SandboxOptions> = {}): Promise<TestCronofy> {
  const sandbox = await startCronofy({ port: 0, ...options });
  const { url } = sandbox;
  const json = { 'content-type': 'application/json' };
  const close = (): Promise<void> => sandbox.close();
  const control: TestCronofy['control'] = (method, path, body) =>
    send(`${url}/__sandbox${path}`, method, json, body === undefined ? undefined : JSON.stringify(body));
  const mustControl = async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await control(method, path, body);
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.json;
  };
  const post: TestCronofy['post'] = (path, fields, headers = {}) => {
    const client = 'client_id' in fields ? {} : CLIENT;
    return send(url + path, 'POST', { ...json, ...headers }, JSON.stringify({ ...client, ...fields }));
  };
  const account = (sub: string): Promise<any> => mustControl('GET', `/accounts/${sub}`);
  await mustControl('PUT', '/settings', { rate_limit_per_second: null, rate_limit_per_minute: null, ...settings });
  return {
    url,
    send: (method, path, headers, body) => send(url + path, method, headers, body),
    post,
    refresh: (refreshToken) => post('/oauth/token', { grant_type: 'refresh_token', refresh_token: refreshToken }),
    redeem: (code, fields = {}) =>
      post('/oauth/token', { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...fields }),
    v1: (path, bearer, body) =>
      send(
        `${url}/v1${path}`,
        body === undefined ? 'GET' : 'POST',
        { ...json, authorization: `Bearer ${bearer}` },
        body === undefined ? undefined : JSON.stringify(body),
      ),
    browser: () => openBrowser(url),
    control,
    set: (changed) => mustControl('PUT', '/settings', changed),
    advance: (seconds) => mustControl('POST', '/clock', { advance_seconds: seconds }),
    link: async (body = {}) => (await mustControl('POST', '/accounts', body))[0],
    account,
    fateOf: async (sub, token) => {
      const { live_access_tokens, live_refresh_tokens, dead_tokens } = await account(sub);
      if ([...live_access_tokens, ...live_refresh_tokens].includes(token)) return 'live';
      return dead_tokens.find((dead: any) => dead.token === token)?.why;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
