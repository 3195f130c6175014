import assert from 'node:assert/strict';
import { startCronofy } from '../../../src/sandbox/index.ts';
import type { Answer } from '../service/answer.ts';
import { jwt } from '../service/credentials.ts';
import { startService, type Environment, type Service } from '../service/start-service.ts';
import { Browser, type Page } from './browser.ts';

/** The page of the app that users come back to. */
export const RETURN_URL = 'http://127.0.0.1:9/linked?tab=calendar';

/** A service in front of Cal.com and Cronofy, both of which users link by themselves. */
export interface LinkScene extends AsyncDisposable {
  readonly service: Service;
  readonly cronofyUrl: string;
  /** The control API of the fake Cronofy. */
  control(method: string, path: string, body?: object): Promise<any>;
  /** A call of the API as this user. */
  as(subject: string, method: string, path: string, body?: object): Promise<Answer>;
  /** Where to send the browser of a user who links an account. */
  begin(subject: string, provider?: string): Promise<string>;
  /** Goes there, and consents as whoever is named; gives the address in the app that the browser comes back to. */
  consent(url: string, account?: string, browser?: Browser): Promise<URL>;
  /** All of it: afterwards the user is connected. */
  link(subject: string, account?: string, provider?: string): Promise<Answer>;
  /** How often Cronofy's token endpoint was asked with this grant type. */
  asked(grantType: string): Promise<number>;
}

/** Accounts that the fake Cronofy and the fake Cal.com have from the start, as their pages name them. */
export const ACCOUNTS = {
  ada: `pro_${'0'.repeat(23)}1`,
  ben: `pro_${'0'.repeat(23)}2`,
  alma: '202',
} as const;

/** Starts it all. */
export async function startLinkScene(more: Environment = {}): Promise<LinkScene> {
  await using started = new AsyncDisposableStack();
  const cronofy = started.use(await startCronofy({ port: 0, host: '127.0.0.1' }));
  const service = started.use(
    await startService({
      env: {
        CRONOFY_CLIENT_ID: 'sandbox-cronofy-client',
        CRONOFY_CLIENT_SECRET: 'sandbox-cronofy-secret',
        CRONOFY_API_URL: cronofy.url,
        CRONOFY_APP_URL: cronofy.url,
        CAL_COM_OAUTH_CLIENT_ID: 'sandbox-cal-oauth-client',
        CAL_COM_OAUTH_CLIENT_SECRET: 'sandbox-cal-oauth-secret',
        EVERGRANT_RETURN_URLS: `${RETURN_URL},http://127.0.0.1:9/other`,
        ...more,
      },
    }),
  );
  const parts = started.move();
  const control = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${cronofy.url}/__sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const as = (subject: string, method: string, path: string, body?: object) =>
    service.call(method, `/api/v1/connections/${path}`, { bearer: jwt(subject), body });
  const begin = async (subject: string, provider = 'cronofy') => {
    const { status, json, text } = await as(subject, 'POST', `${provider}/authorize/`, {});
    assert.equal(status, 200, text);
    return String(json.authorize_url);
  };
  const consent = async (url: string, account: string = ACCOUNTS.ada, browser = new Browser()) => {
    const page = await browser.open(url, RETURN_URL);
    assert.equal(page.status, 200, page.text);
    return new URL((await allow(browser, page, account)).url);
  };
  return {
    service,
    cronofyUrl: cronofy.url,
    control,
    as,
    begin,
    consent,
    link: async (subject, account, provider = 'cronofy') => {
      const back = await consent(await begin(subject, provider), account);
      return as(subject, 'POST', `${provider}/complete/`, { code: back.searchParams.get('evergrant_code') ?? '' });
    },
    asked: async (grantType) => {
      const journal: any[] = await control('GET', '/journal');
      return journal.filter(
        ({ path, body_fields: fields }) =>
          path === '/oauth/token' && (grantType === 'authorization_code') === (fields as string[]).includes('code'),
      ).length;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Withdraws an account's consent at Cronofy, as the app's own backend may do. */
export async function revoke(scene: LinkScene, sub: string): Promise<void> {
  const client = { client_id: 'sandbox-cronofy-client', client_secret: 'sandbox-cronofy-secret' };
  const response = await fetch(`${scene.cronofyUrl}/oauth/token/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...client, sub }),
  });
  assert.equal(response.status, 200);
}

/** Each page has its own name for the account; the other's passes it by. */
function allow(browser: Browser, page: Page, account: string): Promise<Page> {
  return browser.submit(page, { profile_id: account, account, decision: 'allow' }, RETURN_URL);
}
