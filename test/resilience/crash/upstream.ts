import assert from 'node:assert/strict';
import { startCalCom, startCronofy, startOAuth2, type RunningSandbox } from '../../../src/sandbox/index.ts';
import { isMadeByUs, KINDS } from './kinds.ts';
import type { Slot } from './protocol.ts';

const START = { 'cal-com': startCalCom, cronofy: startCronofy, 'oauth-2': startOAuth2 };
/** How long a provider takes before and after it acts, in milliseconds, so that a kill can hit any moment of a call. */
const LATENCY_MS = { before: 30, after: 50 };

/** Every kind of provider, played by the sandbox, which knows what is true. */
export interface Upstream extends AsyncDisposable {
  readonly urls: Readonly<Record<string, string>>;
  /** A new subject, with an account where subjects bring their own. */
  slot(kind: string, subject: string): Promise<Slot>;
  /** What the provider honours of this slot's. */
  truth(slot: Slot): Promise<Truth>;
  /** Ends the refresh tokens of the slot's account, as its user may at any time. */
  revoke(slot: Slot): Promise<void>;
}

/** What the provider knows of one account. */
export interface Truth {
  readonly accessTokens: readonly string[];
  readonly refreshTokens: readonly string[];
}

interface OAuth2Account {
  readonly live_access_tokens: string[];
  readonly live_refresh_tokens: string[];
}

interface Calendar extends OAuth2Account {
  readonly sub: string;
  readonly application_calendar_id: string | null;
}

interface CalComState {
  readonly accounts: { id: number; email: string }[];
  readonly tokens: { user_id: number; kind: 'access' | 'refresh'; token: string; status: string }[];
}

/** Starts one sandbox server for each kind. */
export async function startUpstream(): Promise<Upstream> {
  await using started = new AsyncDisposableStack();
  const urls: Record<string, string> = {};
  for (const { name, played, settings } of KINDS) {
    const sandbox: RunningSandbox = started.use(await START[played]({ port: 0, host: '127.0.0.1' }));
    urls[name] = sandbox.url;
    const common =
      played === 'cal-com'
        ? { latency_ms: LATENCY_MS.after }
        : { latency_before_ms: LATENCY_MS.before, latency_ms: LATENCY_MS.after, access_ttl_seconds: 86_400 };
    await control(sandbox.url, 'PUT', '/settings', { ...common, ...settings });
  }
  const all = started.move();
  const urlOf = (kind: string) => urls[kind] ?? '';
  return {
    urls,
    async slot(kind, subject) {
      if (isMadeByUs(kind)) return { kind, subject };
      const [made] = (await control(urlOf(kind), 'POST', '/accounts', { sub: subject })) as {
        access_token: string;
        refresh_token: string;
      }[];
      assert.ok(made !== undefined);
      return {
        kind,
        subject,
        account: { sub: subject, accessToken: made.access_token, refreshToken: made.refresh_token },
      };
    },
    async truth({ kind, subject }) {
      const { truth } = await found(urlOf(kind), kind, subject);
      return truth;
    },
    async revoke({ kind, subject }) {
      const { account } = await found(urlOf(kind), kind, subject);
      await control(urlOf(kind), 'POST', '/tokens/purge', { ...account, kind: 'refresh' });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The subject's account upstream: how the control API calls it, and what is true of it. */
interface Found {
  readonly account: object;
  readonly truth: Truth;
}

function found(url: string, kind: string, subject: string): Promise<Found> {
  if (!isMadeByUs(kind)) return linked(url, subject);
  return kind === 'cronofy-managed' ? calendar(url, subject) : managed(url, subject);
}

async function linked(url: string, sub: string): Promise<Found> {
  return { account: { sub }, truth: truthOf((await control(url, 'GET', `/accounts/${sub}`)) as OAuth2Account) };
}

async function calendar(url: string, subject: string): Promise<Found> {
  const { accounts } = (await control(url, 'GET', '/state')) as { accounts: Calendar[] };
  const own = accounts.filter(({ application_calendar_id: id }) => id === subject);
  assert.ok(own.length <= 1, `${subject} has ${own.length} calendars upstream`);
  const [{ sub } = { sub: '' }] = own;
  return { account: { sub }, truth: own[0] ? truthOf(own[0]) : { accessTokens: [], refreshTokens: [] } };
}

function truthOf({ live_access_tokens, live_refresh_tokens }: OAuth2Account): Truth {
  return { accessTokens: live_access_tokens, refreshTokens: live_refresh_tokens };
}

async function managed(url: string, subject: string): Promise<Found> {
  const { accounts, tokens } = (await control(url, 'GET', '/state')) as CalComState;
  // Cal.com writes the client's id into the e-mail of a managed user.
  const own = accounts.filter(({ email }) => email.startsWith(`${subject}+`));
  assert.ok(own.length <= 1, `${subject} has ${own.length} users upstream`);
  const id = own[0]?.id;
  const live = (kind: 'access' | 'refresh') =>
    tokens
      .filter((each) => each.user_id === id && each.kind === kind && each.status === 'live')
      .map(({ token }) => token);
  return { account: { user_id: id }, truth: { accessTokens: live('access'), refreshTokens: live('refresh') } };
}

async function control(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/__sandbox${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
