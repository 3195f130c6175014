import { startOAuth2, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { toAnswer, type Answer } from '../service/answer.ts';

export type { Answer };

export const CLIENT = { id: 'sandbox-oauth2-client', secret: 'sandbox-oauth2-secret' };
export const PUBLIC_CLIENT = 'sandbox-oauth2-public-client';

/** What `POST /__sandbox/accounts` gives of one account. */
export interface LinkedAccount {
  sub: string;
  email: string;
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

/** A sandbox of a test's own, with the words that tests use on it. */
export interface TestOAuth2 extends AsyncDisposable {
  readonly url: string;
  send: (method: string, path: string, headers?: Record<string, string>, body?: string) => Promise<Answer>;
  /** Posts a form; as the ordinary client with its secret unless `client_id` is among the fields. */
  post: (path: string, fields: Record<string, string>, headers?: Record<string, string>) => Promise<Answer>;
  refresh: (refreshToken: string) => Promise<Answer>;
  userinfo: (accessToken: string) => Promise<Answer>;
  /** Calls the control API. */
  control: (method: string, path: string, body?: unknown) => Promise<Answer>;
  set: (settings: object) => Promise<void>;
  advance: (seconds: number) => Promise<void>;
  /** Makes an account that holds tokens. */
  link: (body?: object) => Promise<LinkedAccount>;
  /** What the oracle says of one account. */
  account: (sub: string) => Promise<any>;
  /** `live`, or why the token died. */
  fateOf: (sub: string, token: string) => Promise<string | undefined>;
  close: () => Promise<void>;
}

async function send(url: string, method: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return toAnswer(response.status, response.headers, text);
}

/** Starts a fake authorization server on a free port. */
export async function startForTest(settings: object = {}, options: Partial<SandboxOptions> = {}): Promise<TestOAuth2> {
  const sandbox = await startOAuth2({ port: 0, ...options });
  const { url } = sandbox;
  const close = (): Promise<void> => sandbox.close();
  const control: TestOAuth2['control'] = (method, path, body) =>
    send(
      `${url}/__sandbox${path}`,
      method,
      { 'content-type': 'application/json' },
      body === undefined ? undefined : JSON.stringify(body),
    );
  const mustControl = async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await control(method, path, body);
    if (answer.status >= 300) throw new Error(answer.text);
    return answer.json;
  };
  const post: TestOAuth2['post'] = (path, fields, headers = {}) => {
    const client = 'client_id' in fields ? {} : { client_id: CLIENT.id, client_secret: CLIENT.secret };
    const form = new URLSearchParams({ ...client, ...fields });
    return send(
      url + path,
      'POST',
      { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      form.toString(),
    );
  };
  const account = (sub: string): Promise<any> => mustControl('GET', `/accounts/${sub}`);
  await mustControl('PUT', '/settings', settings);
  return {
    url,
    send: (method, path, headers, body) => send(url + path, method, headers, body),
    post,
    refresh: (refreshToken) => post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken }),
    userinfo: (accessToken) => send(`${url}/userinfo`, 'GET', { authorization: `Bearer ${accessToken}` }),
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
