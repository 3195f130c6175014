import { createHash, randomBytes } from 'node:crypto';
import { consent, type Decision } from './consent-form.ts';
import { startForTest, type Answer, type TestCalCom } from './test-cal-com.ts';

export const CLIENT = { client_id: 'sandbox-cal-oauth-client', client_secret: 'sandbox-cal-oauth-secret' };
export const PUBLIC_CLIENT = { client_id: 'sandbox-cal-oauth-public' };
export const LEGACY_CLIENT = {
  client_id: 'sandbox-cal-oauth-legacy',
  client_secret: 'sandbox-cal-oauth-legacy-secret',
};
export const REDIRECT_URI = 'http://localhost:3000/callback?kept=1';
export const SCOPE = 'PROFILE_READ BOOKING_READ';

type Fields = Record<string, string>;

/** The fields but one. */
export function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name));
}

/** A verifier and its challenge. */
export function newVerifier(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A fake Cal.com with the words of its OAuth. */
export interface TestCalOAuth {
  readonly cal: TestCalCom;
  /** The address of the page for consent. */
  pageUrl: (parameters?: Fields) => string;
  /** Consents, and gives the code. */
  code: (parameters?: Fields, decision?: Decision) => Promise<string>;
  /** The newer token endpoint, by a form. */
  token: (fields: Fields) => Promise<Answer>;
  /** An endpoint of the app, by a form. */
  app: (path: string, fields: Fields, headers?: Fields) => Promise<Answer>;
  /** Exchanges a code as the confidential client. */
  exchange: (code: string, more?: Fields) => Promise<Answer>;
  refresh: (refreshToken: string) => Promise<Answer>;
  /** Consents and exchanges; gives the answer's body. */
  link: (parameters?: Fields, decision?: Decision) => Promise<any>;
  [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts a fake Cal.com for a test of its OAuth. */
export async function startOAuthForTest(settings: object = {}, options: object = {}): Promise<TestCalOAuth> {
  const cal = await startForTest(settings, options);
  const pageUrl: TestCalOAuth['pageUrl'] = (parameters = {}) => {
    const usual = { client_id: CLIENT.client_id, redirect_uri: REDIRECT_URI, state: 's1', scope: SCOPE };
    return `${cal.url}/auth/oauth2/authorize?${new URLSearchParams({ ...usual, ...parameters }).toString()}`;
  };
  const code: TestCalOAuth['code'] = async (parameters, decision) =>
    (await consent(pageUrl(parameters), decision)).searchParams.get('code') ?? '';
  const app: TestCalOAuth['app'] = (path, fields, headers = {}) =>
    cal.call('POST', path, {
      secret: false,
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  const token: TestCalOAuth['token'] = (fields) => app('/v2/auth/oauth2/token', fields);
  const exchange: TestCalOAuth['exchange'] = (value, more = {}) =>
    token({ ...CLIENT, grant_type: 'authorization_code', code: value, redirect_uri: REDIRECT_URI, ...more });
  return {
    cal,
    pageUrl,
    code,
    app,
    token,
    exchange,
    refresh: (refreshToken) => token({ ...CLIENT, grant_type: 'refresh_token', refresh_token: refreshToken }),
    link: async (parameters, decision) => {
      const answer = await exchange(await code(parameters, decision));
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.json;
    },
    [Symbol.asyncDispose]: () => cal.close(),
  };
}
